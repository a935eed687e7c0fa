// What a client says of a failure is no message of anybody's.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/twmb/franz-go/pkg/kgo"
)

func count(ctx context.Context, client *kgo.Client) (int, error) {
	fetches := client.PollFetches(ctx)
	if failures := fetches.Errors(); len(failures) > 0 {
		return 0, fmt.Errorf("topic %q: %w", failures[0].Topic, failures[0].Err)
	}
	return len(fetches.Records()), nil
}

func register(s *server.MCPServer, client *kgo.Client) {
	s.AddTool(mcp.NewTool("count_notes"), func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		found, err := count(ctx, client)
		if err != nil {
			return mcp.NewToolResultError(fmt.Sprintf("not counted: %v", err)), nil
		}
		if found == 0 {
			return nil, errors.New("none")
		}
		return mcp.NewToolResultText(fmt.Sprintf("%d", found)), nil
	})
}

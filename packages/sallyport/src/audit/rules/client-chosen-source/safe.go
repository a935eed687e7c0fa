// The server chooses what is read.
package notes

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/nats-io/nats.go"
)

type Input struct {
	Subject string `json:"subject"`
}

func Register(server *mcp.Server, nc *nats.Conn) {
	mcp.AddTool(server, &mcp.Tool{Name: "watch"}, func(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
		subject, ok := map[string]string{"notes": "user.notes"}[args.Subject]
		if !ok {
			return &mcp.CallToolResult{IsError: true}, nil, nil
		}
		if _, err := nc.SubscribeSync(subject); err != nil {
			return &mcp.CallToolResult{IsError: true}, nil, nil
		}
		return &mcp.CallToolResult{}, nil, nil
	})
}

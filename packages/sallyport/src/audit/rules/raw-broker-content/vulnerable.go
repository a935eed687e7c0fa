// What anybody wrote to the stream is handed to the model as it is.
package notes

import (
	"context"
	"os"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/redis/go-redis/v9"
)

type Input struct{}

var client = redis.NewClient(&redis.Options{Addr: os.Getenv("REDIS_ADDRESS")})

func latest(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
	entries, err := client.XRevRangeN(ctx, "notes", "+", "-", 10).Result()
	if err != nil {
		return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: "the notes were not read"}}}, nil, nil
	}
	text := fmt.Sprint(entries)
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, nil // finding: raw-broker-content
}

func Register(server *mcp.Server) {
	mcp.AddTool(server, &mcp.Tool{Name: "latest"}, latest)
}

// The model names what is read; `>` reads everything.
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
		_, err := nc.SubscribeSync(args.Subject) // finding: client-chosen-source
		if err != nil {
			return nil, nil, err // finding: leaky-error
		}
		return &mcp.CallToolResult{}, nil, nil
	})
}

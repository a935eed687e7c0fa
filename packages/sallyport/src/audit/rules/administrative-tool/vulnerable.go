// A tool deletes queues: administration is the operator's.
package notes

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	amqp "github.com/rabbitmq/amqp091-go"
)

type Input struct {
	Queue string `json:"queue"`
}

func Register(server *mcp.Server, channel *amqp.Channel) {
	mcp.AddTool(server, &mcp.Tool{Name: "delete_queue"}, func(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
		if _, err := channel.QueueDelete(args.Queue, false, false, false); err != nil { // finding: administrative-tool
			return &mcp.CallToolResult{IsError: true}, nil, nil
		}
		return &mcp.CallToolResult{}, nil, nil
	})
}

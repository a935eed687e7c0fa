// The tool waits for the broker's confirmation.
package notes

import (
	"context"
	"encoding/json"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	amqp "github.com/rabbitmq/amqp091-go"

	"example.com/notes/limits"
)

type Input struct {
	RequestID string `json:"requestId"`
	Text      string `json:"text"`
}

var channel *amqp.Channel

func refused(why string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: why}}}
}

func createNote(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
	limits.Limiter.Take("create_note")
	if len(args.Text) > 2000 || len(args.RequestID) > 64 {
		return refused("too long"), nil, nil
	}
	value, _ := json.Marshal(map[string]string{"requestId": args.RequestID, "text": args.Text})
	confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, "", "notes", true, false, amqp.Publishing{Body: value})
	if err != nil {
		return refused("the note was not published"), nil, nil
	}
	if confirmed, err := confirmation.WaitContext(ctx); err != nil || !confirmed {
		return refused("the note was not published"), nil, nil
	}
	return &mcp.CallToolResult{}, nil, nil
}

func Register(server *mcp.Server) {
	mcp.AddTool(server, &mcp.Tool{Name: "create_note"}, createNote)
}

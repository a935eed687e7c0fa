// The server chooses, from a map of its own.
package notes

import (
	"context"
	"encoding/json"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/segmentio/kafka-go"

	"example.com/notes/limits"
)

type Input struct {
	RequestID string `json:"requestId"`
	Text string `json:"text"`
	Topic string `json:"topic"`
}

var writer = &kafka.Writer{}

var topics = map[string]string{"notes": "user-notes", "tasks": "user-tasks"}

func refused(why string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: why}}}
}

func createNote(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
	limits.Limiter.Take("create_note")
	if len(args.Text) > 2000 || len(args.RequestID) > 64 {
		return refused("too long"), nil, nil
	}
	topic, ok := topics[args.Topic]
	if !ok {
		return refused("no such list"), nil, nil
	}
	value, _ := json.Marshal(map[string]string{"requestId": args.RequestID, "text": args.Text})
	err := writer.WriteMessages(ctx, kafka.Message{Topic: topic, Value: value})
	if err != nil {
		return refused("the note was not published"), nil, nil
	}
	return &mcp.CallToolResult{}, nil, nil
}

func Register(server *mcp.Server) {
	mcp.AddTool(server, &mcp.Tool{Name: "create_note"}, createNote)
}

// A field by the model's word: any field of the struct is one.
package notes

import (
	"context"
	"encoding/json"
	"reflect"

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

var settings = struct{ Notes, Tasks, Archive string }{"user-notes", "user-tasks", "archive"}

func refused(why string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: why}}}
}

func createNote(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
	limits.Limiter.Take("create_note")
	if len(args.Text) > 2000 || len(args.RequestID) > 64 {
		return refused("too long"), nil, nil
	}
	topic := reflect.ValueOf(settings).FieldByName(args.Topic).String()
	value, _ := json.Marshal(map[string]string{"requestId": args.RequestID, "text": args.Text})
	err := writer.WriteMessages(ctx, kafka.Message{Topic: topic, Value: value}) // finding: prototype-lookup
	if err != nil {
		return refused("the note was not published"), nil, nil
	}
	return &mcp.CallToolResult{}, nil, nil
}

func Register(server *mcp.Server) {
	mcp.AddTool(server, &mcp.Tool{Name: "create_note"}, createNote)
}

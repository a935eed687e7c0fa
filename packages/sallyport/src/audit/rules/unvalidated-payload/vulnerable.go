// The model writes the action and the payload: no schema of the event stands between.
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
	Action  string `json:"action"`
	Payload map[string]any `json:"payload"`
}

var writer = &kafka.Writer{}

func refused(why string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: why}}}
}

func createNote(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {
	limits.Limiter.Take("create_note")
	value, _ := json.Marshal(map[string]any{"requestId": args.RequestID, "action": args.Action, "payload": args.Payload})
	err := writer.WriteMessages(ctx, kafka.Message{Topic: "notes", Value: value}) // finding: unvalidated-payload, unbounded-payload
	if err != nil {
		return refused("the note was not published"), nil, nil
	}
	return &mcp.CallToolResult{}, nil, nil
}

func Register(server *mcp.Server) {
	mcp.AddTool(server, &mcp.Tool{Name: "create_note"}, createNote)
}

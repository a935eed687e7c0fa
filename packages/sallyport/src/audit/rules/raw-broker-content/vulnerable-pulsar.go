// What was received is handed out; that it could not be received is no message.
package main

import (
	"context"
	"fmt"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func register(s *server.MCPServer, client pulsar.Client) error {
	consumer, err := client.Subscribe(pulsar.ConsumerOptions{Topic: "notes", SubscriptionName: "tools"})
	if err != nil {
		return err
	}
	s.AddTool(mcp.NewTool("latest"), func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		message, err := consumer.Receive(ctx)
		if err != nil {
			return mcp.NewToolResultError("nothing came"), fmt.Errorf("not received")
		}
		return mcp.NewToolResultText(string(message.Payload())), nil // finding: raw-broker-content
	})
	return nil
}

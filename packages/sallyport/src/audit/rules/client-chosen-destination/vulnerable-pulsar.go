// The model names the topic that a producer is made for.
package main

import (
	"context"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/time/rate"
)

var limiter = rate.NewLimiter(1, 1)

func register(s *server.MCPServer, client pulsar.Client) {
	s.AddTool(mcp.NewTool("ping"), func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if !limiter.Allow() {
			return mcp.NewToolResultError("too often"), nil
		}
		producer, err := client.CreateProducer(pulsar.ProducerOptions{Topic: req.GetString("topic", "")})
		if err != nil {
			return mcp.NewToolResultError("not sent"), nil
		}
		defer producer.Close()
		if _, err := producer.Send(ctx, &pulsar.ProducerMessage{Payload: []byte("ping")}); err != nil { // finding: client-chosen-destination, publish-not-idempotent
			return mcp.NewToolResultError("not sent"), nil
		}
		return mcp.NewToolResultText("sent"), nil
	})
}

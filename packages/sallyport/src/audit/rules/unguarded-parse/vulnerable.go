// One message that does not parse fails the whole batch, which comes again.
package main

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

type Order struct {
	ID   string
	Item string
}

var db *sql.DB

func handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	response := events.SQSEventResponse{}
	for _, record := range event.Records {
		var order Order
		if err := json.Unmarshal([]byte(record.Body), &order); err != nil { // finding: unguarded-parse
			return response, err
		}
		_, err := db.ExecContext(ctx, "INSERT INTO orders (id, item) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", order.ID, order.Item)
		if err != nil {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
		}
	}
	return response, nil
}

func main() {
	lambda.Start(handle)
}

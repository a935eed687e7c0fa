// Every type that nobody named is a change.
package notes

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/segmentio/kafka-go"
)

type Event struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func Run(ctx context.Context, reader *kafka.Reader, db *sql.DB) {
	for {
		message, err := reader.ReadMessage(ctx)
		if err != nil {
			return
		}
		var event Event
		if json.Unmarshal(message.Value, &event) != nil {
			continue
		}
		if event.Type == "note.created" {
			db.Exec("INSERT INTO notes VALUES ($1)", event.Text)
		} else {
			db.Exec("UPDATE notes SET text = $1", event.Text) // finding: unchecked-event-type
		}
	}
}

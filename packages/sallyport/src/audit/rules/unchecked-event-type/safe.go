// What is done is done for a type that is named.
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
		switch event.Type {
		case "note.created":
			db.Exec("INSERT INTO notes VALUES ($1)", event.Text)
		case "note.changed":
			db.Exec("UPDATE notes SET text = $1", event.Text)
		}
	}
}

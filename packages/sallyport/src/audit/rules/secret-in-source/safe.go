// The source says where the password is.
package notes

import (
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
)

func Connect() (*amqp.Connection, error) {
	return amqp.Dial(os.Getenv("AMQP_URL"))
}

// The password stands in the source, and in its history for ever.
package notes

import amqp "github.com/rabbitmq/amqp091-go"

func Connect() (*amqp.Connection, error) {
	return amqp.Dial("amqps://notes:Kq7vX2mPz9@rabbit.example.com/") // finding: secret-in-source
}

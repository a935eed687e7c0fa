// In the clear, with the password that everybody knows.
package notes

import amqp "github.com/rabbitmq/amqp091-go"

func Connect() (*amqp.Connection, error) {
	return amqp.Dial("amqp://guest:guest@rabbit.internal.example.com:5672/") // finding: open-broker
}

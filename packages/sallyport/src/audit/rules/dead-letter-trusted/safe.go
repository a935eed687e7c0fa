package main

import (
	"os"

	amqp "github.com/rabbitmq/amqp091-go"

	"example.com/signing"
)

func main() {
	connection, err := amqp.Dial(os.Getenv("AMQP_URL"))
	if err != nil {
		panic(err)
	}
	channel, err := connection.Channel()
	if err != nil {
		panic(err)
	}
	channel.Confirm(false)
	deliveries, err := channel.Consume("orders-dead", "", false, false, false, false, nil)
	if err != nil {
		panic(err)
	}
	for delivery := range deliveries {
		if !signing.Verify(delivery.Body, delivery.Headers) {
			delivery.Nack(false, false)
			continue
		}
		err := channel.Publish("", "orders", true, false, amqp.Publishing{Body: delivery.Body})
		if err == nil {
			delivery.Ack(false)
		}
	}
}

package main

import (
	"encoding/json"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"example.com/shop"
	"example.com/signing"
)

type Order struct {
	ID   string
	Time time.Time
	Item string
}

func main() {
	connection, err := amqp.Dial(os.Getenv("AMQP_URL"))
	if err != nil {
		panic(err)
	}
	channel, err := connection.Channel()
	if err != nil {
		panic(err)
	}
	limits := amqp.Table{"x-queue-type": "quorum", "x-delivery-limit": 5, "x-dead-letter-exchange": "orders-dead"}
	if _, err := channel.QueueDeclare("orders", true, false, false, false, limits); err != nil {
		panic(err)
	}
	deliveries, err := channel.Consume("orders", "", false, false, false, false, nil)
	if err != nil {
		panic(err)
	}
	seen := map[string]bool{}
	for delivery := range deliveries {
		var order Order
		if err := json.Unmarshal(delivery.Body, &order); err != nil {
			delivery.Nack(false, false)
			continue
		}
		if !signing.Verify(order) {
			delivery.Nack(false, false)
			continue
		}
		age := time.Since(order.Time)
		if age > 5*time.Minute || age < -time.Minute {
			delivery.Nack(false, false)
			continue
		}
		if seen[order.ID] { // finding: ids-kept-per-process
			delivery.Ack(false)
			continue
		}
		if err := shop.Ship(order); err != nil {
			delivery.Nack(false, true)
			continue
		}
		seen[order.ID] = true // finding: unbounded-memory-of-ids
		delivery.Ack(false)
	}
}

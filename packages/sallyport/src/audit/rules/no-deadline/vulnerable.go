package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"

	"example.com/signing"
)

type Order struct {
	ID   string
	Time time.Time
	Item string
}

func post(order Order) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	response, err := http.Post("https://shop.example/orders", "application/json", bytes.NewReader(body)) // finding: no-deadline
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func main() {
	ctx := context.Background()
	store := redis.NewClient(&redis.Options{Addr: os.Getenv("REDIS_ADDRESS")})
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
		key := "orders:" + order.ID
		claimed, err := store.SetNX(ctx, key, "1", 15*time.Minute).Result()
		if err != nil || !claimed {
			delivery.Ack(false)
			continue
		}
		if err := post(order); err != nil {
			store.Del(ctx, key)
			delivery.Nack(false, true)
			continue
		}
		delivery.Ack(false)
	}
}

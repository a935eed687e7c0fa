package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"

	"example.com/shop"
	"example.com/signing"
)

type Order struct {
	ID   string
	Time time.Time
	Item string
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
	limits := amqp.Table{"x-dead-letter-exchange": "orders-dead"}
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
		attempts, _ := delivery.Headers["x-retry-count"].(int32)
		if err := shop.Ship(order); err != nil {
			store.Del(ctx, key)
			if attempts >= 3 {
				delivery.Nack(false, false)
			} else {
				again := amqp.Publishing{Headers: amqp.Table{"x-retry-count": attempts + 1}, Body: delivery.Body}
				channel.PublishWithContext(ctx, "", "orders", false, false, again) // finding: retry-counter-never-counts
				delivery.Ack(false)
			}
			continue
		}
		delivery.Ack(false)
	}
}

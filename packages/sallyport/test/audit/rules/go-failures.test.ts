// Go says by a value that something failed: what the branch for it does decides what becomes of the message.
import { expect, test } from "vitest";
import { judge } from "../judging.ts";

const POISON = new Set(["failure-not-settled", "unguarded-parse", "unbounded-retry"]);

const found = async (text: string): Promise<readonly string[]> =>
  (await judge({ "main.go": text })).filter(({ rule }) => POISON.has(rule)).map(({ rule, status }) => `${rule} ${status ?? "found"}`);

const rabbit = (handle: string, more = ""): string => `package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	amqp "github.com/rabbitmq/amqp091-go"
)

var db *sql.DB

func save(ctx context.Context, body []byte) error {
	_, err := db.ExecContext(ctx, "INSERT INTO orders (item) VALUES ($1)", body)
	if err != nil {
		return fmt.Errorf("not saved: %w", err)
	}
	return nil
}
${more}
func consume(ctx context.Context, channel *amqp.Channel) {
	deliveries, _ := channel.Consume("orders", "", false, false, false, false, nil)
	for delivery := range deliveries {
${handle}
	}
}
`;

test.each([
  [
    "only logged, and acknowledged all the same",
    `if err := save(ctx, delivery.Body); err != nil {\nlog.Println(err)\n}\ndelivery.Ack(false)`,
    ["failure-not-settled found"],
  ],
  [
    "only logged, and left",
    `if err := save(ctx, delivery.Body); err != nil {\nlog.Println(err)\ncontinue\n}\ndelivery.Ack(false)`,
    ["failure-not-settled found"],
  ],
  [
    "put among the dead letters",
    `if err := save(ctx, delivery.Body); err != nil {\ndelivery.Nack(false, false)\ncontinue\n}\ndelivery.Ack(false)`,
    [],
  ],
  [
    "put there by a helper",
    `if err := save(ctx, delivery.Body); err != nil {\nsendToDeadLetters(delivery, err)\n}\ndelivery.Ack(false)`,
    [],
  ],
  [
    "settled where it is found in the function itself",
    `_, err := db.ExecContext(ctx, "INSERT INTO orders (item) VALUES ($1)", delivery.Body)\nif err != nil {\nlog.Println(err)\ndelivery.Reject(false)\ncontinue\n}\ndelivery.Ack(false)`,
    [],
  ],
  ["not looked at", `save(ctx, delivery.Body)\ndelivery.Ack(false)`, ["failure-not-settled found"]],
  ["dropped by name", `_ = save(ctx, delivery.Body)\ndelivery.Ack(false)`, ["failure-not-settled found"]],
  [
    "of the library's, and dropped",
    `db.ExecContext(ctx, "INSERT INTO orders (item) VALUES ($1)", delivery.Body)\ndelivery.Ack(false)`,
    ["failure-not-settled found"],
  ],
  [
    "looked at after something else whose failure is dropped",
    `err := save(ctx, delivery.Body)\n_ = flush()\nif err != nil {\ndelivery.Nack(false, false)\ncontinue\n}\ndelivery.Ack(false)`,
    [],
  ],
  ["the end of the handler", `if err := save(ctx, delivery.Body); err != nil {\npanic(err)\n}\ndelivery.Ack(false)`, []],
  ["the end of the program", `if err := save(ctx, delivery.Body); err != nil {\nlog.Fatal(err)\n}\ndelivery.Ack(false)`, []],
] as const)("a failure that is %s", async (_what, handle, rules) => {
  expect(
    await found(
      rabbit(
        handle,
        "func sendToDeadLetters(delivery amqp.Delivery, err error) { delivery.Nack(false, false) }\nfunc flush() error { return nil }\n",
      ),
    ),
  ).toEqual(rules);
});

const lambda = (body: string): string => `package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"log"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

type Order struct{ Item string }

var db *sql.DB

func handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	var response events.SQSEventResponse
	for _, record := range event.Records {
		var order Order
${body}
	}
	return response, nil
}

func main() { lambda.Start(handle) }
`;

const PARSE = "err := json.Unmarshal([]byte(record.Body), &order)";
const SAVE = `_, err = db.ExecContext(ctx, "INSERT INTO orders (item) VALUES ($1)", order.Item)`;
const REPORT =
  "response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})\ncontinue";

test.each([
  [
    "returned where it does not parse",
    `${PARSE}\nif err != nil {\nreturn response, err\n}\n${SAVE}\nif err != nil {\n${REPORT}\n}`,
    ["unguarded-parse not-determined"],
  ],
  [
    "returned where it is not saved",
    `${PARSE}\nif err != nil {\nlog.Println(err)\ncontinue\n}\n${SAVE}\nif err != nil {\nreturn response, err\n}`,
    ["unbounded-retry not-determined"],
  ],
  [
    "only logged",
    `${PARSE}\nif err != nil {\nlog.Println(err)\ncontinue\n}\n${SAVE}\nif err != nil {\nlog.Println(err)\n}`,
    ["failure-not-settled found"],
  ],
  ["named to the platform", `${PARSE}\nif err != nil {\n${REPORT}\n}\n${SAVE}\nif err != nil {\n${REPORT}\n}`, []],
] as const)("a Lambda function's failure that is %s", async (_what, body, rules) => {
  expect(await found(lambda(body))).toEqual(rules);
});

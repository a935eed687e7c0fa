// How a message's age is asked, in every form that is usual: what survives a time that is none and one that lies ahead.
import { expect, test } from "vitest";
import { judge, rulesIn } from "./judging.ts";

type Files = Readonly<Record<string, string>>;

const ts = (check: string): Files => ({
  "consumer.ts": `import amqplib from "amqplib";
import { Redis } from "ioredis";
import { shipOrder } from "./shop.js";
import { verifySignature } from "./signing.js";
const store = new Redis(process.env["REDIS_URL"] ?? "");
const channel = await (await amqplib.connect(process.env["AMQP_URL"] ?? "")).createChannel();
const WINDOW = 300_000;
const SKEW = 60_000;
await channel.consume("orders", async (message) => {
  if (message === null) return;
  let order;
  try {
    order = JSON.parse(message.content.toString());
  } catch {
    return channel.nack(message, false, false);
  }
  if (!verifySignature(order)) return channel.nack(message, false, false);
${check}
  if ((await store.set(order.id, "1", "EX", 900, "NX")) !== "OK") return channel.ack(message);
  await shipOrder(order);
  channel.ack(message);
});
`,
});

const py = (check: string): Files => ({
  "consumer.py": `import json
import math
import os
import time
from datetime import datetime, timedelta, timezone

import pika
import redis
from shop import ship_order
from signing import verify_signature

WINDOW = 300
SKEW = 60
store = redis.Redis.from_url(os.environ["REDIS_URL"])
channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()


def on_order(ch, method, properties, body):
    try:
        order = json.loads(body)
    except ValueError:
        return ch.basic_nack(method.delivery_tag, requeue=False)
    if not verify_signature(order):
        return ch.basic_nack(method.delivery_tag, requeue=False)
${check}
    if not store.set(order["id"], "1", nx=True, ex=900):
        return ch.basic_ack(method.delivery_tag)
    ship_order(order)
    ch.basic_ack(method.delivery_tag)


channel.basic_consume("orders", on_order)
`,
});

const go = (check: string, of = "time.Time"): Files => ({
  "main.go": `package main

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"

	"example.com/shop"
	"example.com/signing"
)

type Order struct {
	ID   string
	Time ${of}
}

const window = 5 * time.Minute
const skew = time.Minute

func consume(ctx context.Context, store *redis.Client, channel *amqp.Channel) error {
	deliveries, err := channel.Consume("orders", "", false, false, false, false, nil)
	if err != nil {
		return err
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
${check}
		claimed, err := store.SetNX(ctx, order.ID, "1", 15*time.Minute).Result()
		if err != nil || !claimed {
			continue
		}
		shop.Ship(order)
		delivery.Ack(false)
	}
	return nil
}
`,
});

const NACK_TS = "return channel.nack(message, false, false);";
const NACK_PY = "        return ch.basic_nack(method.delivery_tag, requeue=False)";
const NACK_GO = "\t\t\tdelivery.Nack(false, false)\n\t\t\tcontinue\n\t\t}";

const RULES = new Set(["no-age-check", "unparsable-time-passes", "future-time-passes"]);
const PASSES = { none: "no-age-check", nan: "unparsable-time-passes", future: "future-time-passes" } as const;
type Passing = keyof typeof PASSES;

const CHECKS: readonly (readonly [string, Files, readonly Passing[]])[] = [
  // TypeScript
  ["typescript, nothing", ts(""), ["none"]],
  ["typescript, too old", ts(`if (Date.now() - Date.parse(order.time) > WINDOW) ${NACK_TS}`), ["nan", "future"]],
  ["typescript, too old, told by dates", ts(`if (new Date(order.time) < new Date(Date.now() - WINDOW)) ${NACK_TS}`), ["nan", "future"]],
  ["typescript, past its end", ts(`if (Date.now() > Date.parse(order.time) + WINDOW) ${NACK_TS}`), ["nan", "future"]],
  [
    "typescript, too old or ahead",
    ts(`const age = Date.now() - new Date(order.time).getTime();\nif (age > WINDOW || age < -SKEW) ${NACK_TS}`),
    ["nan"],
  ],
  ["typescript, how far off", ts(`if (Math.abs(Date.now() - Date.parse(order.time)) > WINDOW) ${NACK_TS}`), ["nan"]],
  ["typescript, not young enough", ts(`if (!(Date.now() - Date.parse(order.time) <= WINDOW)) ${NACK_TS}`), ["future"]],
  ["typescript, not within", ts(`const age = Date.now() - Date.parse(order.time);\nif (!(age >= -SKEW && age <= WINDOW)) ${NACK_TS}`), []],
  [
    "typescript, finite and within",
    ts(`const sent = Date.parse(order.time);\nif (Number.isNaN(sent)) ${NACK_TS}\nif (Math.abs(Date.now() - sent) > WINDOW) ${NACK_TS}`),
    [],
  ],
  [
    "typescript, between two dates",
    ts(`const sent = Date.parse(order.time);\nif (!(sent > Date.now() - WINDOW && sent < Date.now() + SKEW)) ${NACK_TS}`),
    [],
  ],
  // Python
  ["python, nothing", py(""), ["none"]],
  ["python, too old", py(`    if time.time() - float(order["time"]) > WINDOW:\n${NACK_PY}`), ["nan", "future"]],
  ["python, too old, as it came", py(`    if time.time() - order["time"] > WINDOW:\n${NACK_PY}`), ["nan", "future"]],
  ["python, past its end", py(`    if time.time() > float(order["time"]) + WINDOW:\n${NACK_PY}`), ["nan", "future"]],
  [
    "python, too old or ahead",
    py(`    age = time.time() - float(order["time"])\n    if age > WINDOW or age < -SKEW:\n${NACK_PY}`),
    ["nan"],
  ],
  ["python, how far off", py(`    if abs(time.time() - float(order["time"])) > WINDOW:\n${NACK_PY}`), ["nan"]],
  ["python, in whole seconds", py(`    if abs(time.time() - int(order["time"])) > WINDOW:\n${NACK_PY}`), []],
  ["python, not within", py(`    if not -SKEW <= time.time() - float(order["time"]) <= WINDOW:\n${NACK_PY}`), []],
  [
    "python, finite and within",
    py(
      `    sent = float(order["time"])\n    if not math.isfinite(sent):\n${NACK_PY}\n    if abs(time.time() - sent) > WINDOW:\n${NACK_PY}`,
    ),
    [],
  ],
  [
    "python, too old by the calendar",
    py(`    if datetime.now(timezone.utc) - datetime.fromisoformat(order["time"]) > timedelta(minutes=5):\n${NACK_PY}`),
    ["future"],
  ],
  [
    "python, in seconds by the calendar",
    py(
      `    age = (datetime.now(timezone.utc) - datetime.fromisoformat(order["time"])).total_seconds()\n    if age > WINDOW or age < -SKEW:\n${NACK_PY}`,
    ),
    [],
  ],
  [
    "python, before the window begins",
    py(`    if datetime.fromisoformat(order["time"]) < datetime.now(timezone.utc) - timedelta(minutes=5):\n${NACK_PY}`),
    ["future"],
  ],
  [
    "python, a stamp of the calendar",
    py(`    sent = datetime.fromisoformat(order["time"]).timestamp()\n    if abs(time.time() - sent) > WINDOW:\n${NACK_PY}`),
    [],
  ],
  // Go
  ["go, nothing", go(""), ["none"]],
  ["go, too old", go(`\t\tif time.Since(order.Time) > window {\n${NACK_GO}`), ["future"]],
  ["go, too old by subtraction", go(`\t\tif time.Now().Sub(order.Time) > window {\n${NACK_GO}`), ["future"]],
  ["go, past its end", go(`\t\tif time.Now().After(order.Time.Add(window)) {\n${NACK_GO}`), ["future"]],
  ["go, before the window begins", go(`\t\tif order.Time.Before(time.Now().Add(-window)) {\n${NACK_GO}`), ["future"]],
  ["go, too old or ahead", go(`\t\tage := time.Since(order.Time)\n\t\tif age > window || age < -skew {\n${NACK_GO}`), []],
  [
    "go, outside the window",
    go(`\t\tif order.Time.Before(time.Now().Add(-window)) || order.Time.After(time.Now().Add(skew)) {\n${NACK_GO}`),
    [],
  ],
  ["go, how far off", go(`\t\tif time.Since(order.Time).Abs() > window {\n${NACK_GO}`), []],
  ["go, in whole seconds", go(`\t\tif time.Now().Unix()-order.Time > 300 {\n${NACK_GO}`, "int64"), ["future"]],
  [
    "go, of a text",
    go(
      `\t\tsent, err := time.Parse(time.RFC3339, order.Time)\n\t\tif err != nil || time.Since(sent) > window || time.Until(sent) > skew {\n${NACK_GO}`,
      "string",
    ),
    [],
  ],
  [
    "go, of a number in a text",
    go(
      `\t\tsent, err := strconv.ParseFloat(order.Time, 64)\n\t\tif err != nil {\n${NACK_GO}\n\t\tage := float64(time.Now().Unix()) - sent\n\t\tif age > 300 || age < -60 {\n${NACK_GO}`,
      "string",
    ),
    ["nan"],
  ],
  [
    "go, of a number in a text, not within",
    go(
      `\t\tsent, err := strconv.ParseFloat(order.Time, 64)\n\t\tage := float64(time.Now().Unix()) - sent\n\t\tif err != nil || !(age <= 300 && age >= -60) {\n${NACK_GO}`,
      "string",
    ),
    [],
  ],
  [
    "go, of a number in a text that is one",
    go(
      `\t\tsent, err := strconv.ParseFloat(order.Time, 64)\n\t\tif err != nil || math.IsNaN(sent) {\n${NACK_GO}\n\t\tage := float64(time.Now().Unix()) - sent\n\t\tif age > 300 || age < -60 {\n${NACK_GO}`,
      "string",
    ),
    [],
  ],
];

test.each(CHECKS)("%s", async (_form, files, passing) => {
  const found = rulesIn(await judge(files)).filter((rule) => RULES.has(rule));
  expect(found.toSorted()).toEqual(passing.map((one) => PASSES[one]).toSorted());
});

// Requests in a consumer, with and without a limit in time.
import { expect, test } from "vitest";
import { judge, rulesIn } from "./judging.ts";

type Files = Readonly<Record<string, string>>;

const ts = (request: string, before = ""): Files => ({
  "consumer.ts": `import axios from "axios";
import fetch from "node-fetch";
import { Kafka } from "kafkajs";
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: "orders" });
${before}
await consumer.run({ eachMessage: async ({ message }) => { ${request} } });
`,
});

const py = (request: string, before = ""): Files => ({
  "consumer.py": `import socket
import urllib.request
import requests
from kafka import KafkaConsumer
${before}
for message in KafkaConsumer("orders"):
    ${request}
`,
});

const go = (request: string, before = ""): Files => ({
  "main.go": `package main

import (
	"context"
	"net/http"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func consume(ctx context.Context, channel *amqp.Channel, client *http.Client) {
	deliveries, _ := channel.Consume("orders", "", false, false, false, false, nil)
${before}
	for delivery := range deliveries {
${request}
		delivery.Ack(false)
	}
}
`,
});

const URL = '"https://shop.example"';
const REQUEST_GO = `\t\treq, _ := http.NewRequest("POST", ${URL}, nil)`;

test.each([
  ["axios", ts(`await axios.post(${URL}, message.value);`), true],
  ["axios, called itself", ts(`await axios({ url: ${URL}, method: "POST" });`), true],
  ["axios with a limit", ts(`await axios.post(${URL}, message.value, { timeout: 5000 });`), false],
  ["axios with a signal", ts(`await axios.get(${URL}, { signal: AbortSignal.timeout(5000) });`), false],
  ["axios with a limit for all", ts(`await axios.post(${URL}, message.value);`, "axios.defaults.timeout = 5000;"), false],
  ["axios, an instance of its own", ts(`await shop.post("/", message.value);`, "const shop = axios.create({ timeout: 5000 });"), false],
  ["node-fetch", ts(`await fetch(${URL}, { method: "POST" });`), true],
  ["node-fetch with a signal", ts(`await fetch(${URL}, { method: "POST", signal: AbortSignal.timeout(5000) });`), false],
  ["requests", py(`requests.post(${URL})`), true],
  ["requests with a limit", py(`requests.post(${URL}, timeout=5)`), false],
  ["urllib", py(`urllib.request.urlopen(${URL}, b"{}")`), true],
  ["urllib with a limit", py(`urllib.request.urlopen(${URL}, b"{}", 5)`), false],
  ["urllib with a limit for all", py(`urllib.request.urlopen(${URL}, b"{}")`, "socket.setdefaulttimeout(5)"), false],
  ["net/http", go(`\t\thttp.Post(${URL}, "text/plain", nil)`), true],
  ["net/http, the client of all", go(`${REQUEST_GO}\n\t\thttp.DefaultClient.Do(req)`), true],
  [
    "net/http, the client of all, limited",
    go(`${REQUEST_GO}\n\t\thttp.DefaultClient.Do(req)`, "\thttp.DefaultClient.Timeout = time.Minute"),
    false,
  ],
  ["net/http in a context", go(`${REQUEST_GO}\n\t\thttp.DefaultClient.Do(req.WithContext(ctx))`), false],
  [
    "net/http made in a context",
    go(`\t\treq, _ := http.NewRequestWithContext(ctx, "POST", ${URL}, nil)\n\t\thttp.DefaultClient.Do(req)`),
    false,
  ],
  ["net/http, a client that somebody made", go(`\t\tclient.Post(${URL}, "text/plain", nil)`), false],
] as const)("%s", async (_client, files, open) => {
  expect(rulesIn(await judge(files)).includes("no-deadline")).toBe(open);
});

// What a client of Kafka is still being asked when the transport is closed: it connects anew by itself, and nobody would
// close that again.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { KafkaJsAdmin, KafkaJsClient } from "../../src/kafka/kafkajs.ts";
import { KafkaJsLink } from "../../src/kafka/kafkajs-link.ts";
import { Lanes } from "../../src/kafka/lanes.ts";
import { OpenConnections } from "../../src/kafka/platformatic-open.ts";
import { TestClock } from "../../src/testing/index.ts";

test("[PSN-12] a producer is closed again when what it was sending has ended", async () => {
  const sending = Promise.withResolvers<void>();
  let closed = 0;
  const lanes = new Lanes({ make: () => "producer", close: async () => void closed++ });
  const begun = Promise.withResolvers<void>();
  const sent = lanes.send("orders", () => {
    begun.resolve();
    return sending.promise;
  });
  await begun.promise;
  await lanes.close();
  expect(closed).toBe(1);
  sending.resolve();
  await sent;
  expect(closed).toBe(2);
});

test("[PSN-12] a producer that is only being made is closed when it is there", async () => {
  const made = Promise.withResolvers<string>();
  let closed = 0;
  const lanes = new Lanes({ make: () => made.promise, close: async () => void closed++ });
  const sent = lanes.send("orders", async () => undefined);
  await lanes.close();
  made.resolve("producer");
  await sent;
  expect(closed).toBe(1);
});

test("[PSN-12] over kafkajs, whoever looks is disconnected again when it has looked, and looks no more", async () => {
  const answer = Promise.withResolvers<never>();
  const asked = Promise.withResolvers<void>();
  let [asks, disconnected] = [0, 0];
  const admin = {
    connect: async () => undefined,
    disconnect: async () => void disconnected++,
    fetchTopicMetadata: () => {
      asks++;
      asked.resolve();
      return answer.promise;
    },
  } as unknown as KafkaJsAdmin;
  const kafka = { admin: () => admin } as unknown as KafkaJsClient;
  const link = new KafkaJsLink(kafka, { clock: new TestClock(), answerWithinMs: 1000, sessionMs: 6000 });
  const looked = link.describe(["orders"]);
  await asked.promise;
  await link.close();
  expect(disconnected).toBe(1);
  answer.reject(new Error("no answer"));
  await expect(looked).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
  expect(disconnected).toBe(2);
  await expect(link.describe(["orders"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
  expect(asks).toBe(1);
});

test("[PSN-12] over @platformatic/kafka, what is left open is closed once, and what is made after that at once", async () => {
  const closed: string[] = [];
  const connection = (name: string) => ({ close: async () => void closed.push(name) });
  const [ended, left, late] = [connection("ended"), connection("left"), connection("late")];
  const open = new OpenConnections();
  const client = open.of(new EventEmitter());
  client.emit("client:broker:connect", { connection: ended });
  client.emit("client:broker:connect", { connection: left });
  client.emit("client:broker:disconnect", { connection: ended });
  await open.close();
  expect(closed).toEqual(["left"]);
  client.emit("client:broker:connect", { connection: late });
  expect(closed).toEqual(["left", "late"]);
});

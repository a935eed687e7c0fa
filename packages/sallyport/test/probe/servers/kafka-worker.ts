// Does what orders and invoices say, writes it down, and commits behind it; what fails is tried again for ever, and nothing
// behind it is looked at.
import { appendFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { Admin, Consumer, stringDeserializers } from "@platformatic/kafka";

const connection = { clientId: "wrong", bootstrapBrokers: [process.env["KAFKA_BROKERS"] ?? ""] };
const topics = ["invoices", "orders"];
const admin = new Admin(connection);
await admin.createTopics({ topics, partitions: 1, replicas: 1 }).catch(() => undefined);
await admin.close();

const consumer = new Consumer({
  ...connection,
  groupId: "workers",
  deserializers: stringDeserializers,
  sessionTimeout: 6000,
  heartbeatInterval: 500,
  rebalanceTimeout: 6000,
});
const stream = await consumer.consume({ topics, mode: "committed", fallbackMode: "earliest", autocommit: false, maxWaitTime: 100 });
for await (const message of stream) {
  const { topic, value } = message;
  for (let isDone = false; !isDone;) {
    try {
      const { text } = JSON.parse(value ?? "") as { readonly text: string };
      appendFileSync("effects.txt", `tried ${topic}: ${text}\n`);
      if (text.startsWith("poison")) throw new Error("never");
      appendFileSync("effects.txt", `done ${topic}: ${text}\n`);
      await message.commit();
      isDone = true;
    } catch {
      await after(100);
    }
  }
}

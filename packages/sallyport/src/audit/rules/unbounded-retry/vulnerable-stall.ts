import { Kafka } from "kafkajs";
import { Redis } from "ioredis";
import { shipOrder } from "./shop.js";
import { parseOrder, verifySignature } from "./signing.js";

const store = new Redis(process.env["REDIS_URL"] ?? "");
const kafka = new Kafka({ brokers: [process.env["KAFKA"] ?? ""], ssl: true });
const consumer = kafka.consumer({ groupId: "shop" });
await consumer.subscribe({ topic: "orders" });
await consumer.run({
  eachMessage: async ({ message }) => {
    const order = parseOrder(message.value);
    if (!verifySignature(order)) return;
    const age = Date.now() - Date.parse(order.time);
    if (!(age >= -60_000 && age <= 300_000)) return;
    const key = `orders:${order.id}`;
    if ((await store.set(key, "1", "EX", 900, "NX")) === null) return;
    try {
      await shipOrder(order); // finding: unbounded-retry
    } catch (error) {
      await store.del(key);
      throw error;
    }
  },
});

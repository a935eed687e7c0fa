import amqplib from "amqplib";
import { Redis } from "ioredis";
import { shipOrder } from "./shop.js";
import { parseOrder, verifySignature } from "./signing.js";

const store = new Redis(process.env["REDIS_URL"] ?? "");
const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createChannel();
await channel.consume( // finding: acknowledged-before-processing
  "orders",
  async (message) => {
    const order = parseOrder(message?.content);
    if (!verifySignature(order)) return;
    const age = Date.now() - Date.parse(order.time);
    if (!(age >= -60_000 && age <= 300_000)) return;
    const key = `orders:${order.id}`;
    if ((await store.set(key, "1", "EX", 900, "NX")) === null) return;
    try {
      await shipOrder(order);
    } catch (error) {
      await store.del(key);
      throw error;
    }
  },
  { noAck: true },
);

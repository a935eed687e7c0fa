import amqplib from "amqplib";
import { Redis } from "ioredis";
import { isWorthAnotherTry, shipOrder } from "./shop.js";
import { verifySignature } from "./signing.js";
const store = new Redis(process.env["REDIS_URL"] ?? "");
const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createChannel();
await channel.assertQueue("orders", {
  deadLetterExchange: "orders-dead",
  arguments: { "x-queue-type": "quorum", "x-delivery-limit": 5 },
});

await channel.consume("orders", async (message) => {
  if (message === null) return;
  let key = "";
  try {
    const order = JSON.parse(message.content.toString());
    if (!verifySignature(order)) return channel.nack(message, false, false);
    const age = Date.now() - Date.parse(order.time);
    if (!(age >= -60_000 && age <= 300_000)) throw new Error(`too old: ${age} ms`); // finding: stale-message-thrown
    key = `orders:${order.id}`;
    if ((await store.set(key, "1", "EX", 900, "NX")) === null) return channel.ack(message);
    await shipOrder(order);
    channel.ack(message);
  } catch (error) {
    await store.del(key);
    channel.nack(message, false, isWorthAnotherTry(error));
  }
});

import amqplib from "amqplib";
import { Redis } from "ioredis";
import axios from "axios";
import { isWorthAnotherTry } from "./shop.js";
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
  let order;
  try {
    order = JSON.parse(message.content.toString());
  } catch {
    channel.nack(message, false, false);
    return;
  }
  if (!verifySignature(order)) {
    channel.nack(message, false, false);
    return;
  }
  const age = Date.now() - Date.parse(order.time);
  if (!(age >= -60_000 && age <= 300_000)) {
    channel.nack(message, false, false);
    return;
  }
  const key = `orders:${order.id}`;
  const claimed = await store.set(key, "1", "EX", 900, "NX");
  if (claimed !== "OK") {
    channel.ack(message);
    return;
  }
  try {
    await axios.post("https://shop.example/orders", order); // finding: no-deadline
    channel.ack(message);
  } catch (error) {
    await store.del(key);
    channel.nack(message, false, isWorthAnotherTry(error));
  }
});

import amqplib from "amqplib";
import { Redis } from "ioredis";
import { shipOrder } from "./shop.js";
import { verifySignature } from "./signing.js";
const store = new Redis(process.env["REDIS_URL"] ?? "");
const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createChannel();
await channel.assertQueue("orders", { deadLetterExchange: "orders-dead" });

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
  const attempts = Math.max(0, Math.trunc(Number(message.properties.headers?.["x-retry-count"])) || 0);
  try {
    await shipOrder(order);
    channel.ack(message);
  } catch {
    await store.del(key);
    if (attempts >= 3) channel.nack(message, false, false);
    else {
      channel.publish("", "orders", message.content, { headers: { "x-retry-count": attempts + 1 } });
      channel.ack(message);
    }
  }
});

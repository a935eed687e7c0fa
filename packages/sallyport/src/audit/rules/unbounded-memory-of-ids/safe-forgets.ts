import amqplib from "amqplib";
import { isWorthAnotherTry, shipOrder } from "./shop.js";
import { verifySignature } from "./signing.js";
const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createChannel();
const seen = new Set<string>();
setInterval(() => seen.clear(), 900_000);
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
  if (seen.has(order.id)) { // finding: ids-kept-per-process
    channel.ack(message);
    return;
  }
  try {
    seen.add(order.id);
    await shipOrder(order);
    channel.ack(message);
  } catch (error) {
    seen.delete(order.id);
    channel.nack(message, false, isWorthAnotherTry(error));
  }
});

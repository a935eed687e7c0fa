import amqplib from "amqplib";
import { isWorthAnotherTry, shipOrder } from "./shop.js";
import { verifySignature } from "./signing.js";
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
  try {
    await shipOrder(order); // finding: no-deduplication
    channel.ack(message);
  } catch (error) {
    channel.nack(message, false, isWorthAnotherTry(error));
  }
});

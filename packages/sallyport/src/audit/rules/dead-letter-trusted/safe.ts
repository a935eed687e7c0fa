import amqplib from "amqplib";
import { verifySignature } from "./signing.js";

const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createConfirmChannel();
await channel.consume("orders-dead", async (message) => {
  if (message === null) return;
  if (!verifySignature(message.content, message.properties.headers)) return channel.nack(message, false, false);
  channel.sendToQueue("orders", message.content, { persistent: true });
  await channel.waitForConfirms();
  channel.ack(message);
});

import amqplib from "amqplib";

const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createConfirmChannel();
await channel.consume("orders-dead", async (message) => {
  if (message === null) return;
  channel.sendToQueue("orders", message.content, { persistent: true }); // finding: dead-letter-trusted
  await channel.waitForConfirms();
  channel.ack(message);
});

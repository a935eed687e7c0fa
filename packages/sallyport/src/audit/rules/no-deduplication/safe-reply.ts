// A queue under a name that chance gave it, for the answers to this process: it ends with the process.
import { randomUUID } from "node:crypto";
import amqp from "amqplib";
import pg from "pg";

const database = new pg.Client();
const channel = await (await amqp.connect(process.env.AMQP ?? "")).createChannel();
const { queue } = await channel.assertQueue(`answers-${randomUUID()}`, { exclusive: true });

await channel.consume(queue, async (message) => {
  if (message === null) return;
  try {
    await database.query("INSERT INTO answers (text) VALUES ($1)", [message.content.toString()]);
    channel.ack(message);
  } catch {
    channel.nack(message, false, false);
  }
});

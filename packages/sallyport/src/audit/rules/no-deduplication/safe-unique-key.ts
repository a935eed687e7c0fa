import amqplib from "amqplib";
import pg from "pg";
import { isWorthAnotherTry } from "./shop.js";
import { verifySignature } from "./signing.js";
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] });
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
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const first = await client.query("INSERT INTO inbox (id) VALUES ($1) ON CONFLICT DO NOTHING", [order.id]);
    if (first.rowCount === 1) await client.query("INSERT INTO shipments (item) VALUES ($1)", [order.item]);
    await client.query("COMMIT");
    channel.ack(message);
  } catch (error) {
    await client.query("ROLLBACK");
    channel.nack(message, false, isWorthAnotherTry(error));
  } finally {
    client.release();
  }
});

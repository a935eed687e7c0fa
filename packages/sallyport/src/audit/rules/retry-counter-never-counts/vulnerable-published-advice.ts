// A consumer as an article on this subject gives it for correct.
import amqplib from "amqplib";
import { z } from "zod";
import { processEvent } from "./notes.js";

const SecureEventSchema = z.object({ messageId: z.string(), timestamp: z.string(), eventType: z.string(), payload: z.unknown() });
const PROCESSING_WINDOW_MS = 5 * 60 * 1000;
const processedIds = new Set<string>();
const MAX_RETRIES = 3;

async function consumeEvent(raw: string) {
  const event = SecureEventSchema.parse(JSON.parse(raw));
  const age = Date.now() - new Date(event.timestamp).getTime();
  if (age > PROCESSING_WINDOW_MS) { // finding: future-time-passes, unparsable-time-passes
    throw new Error(`Message too old: ${age}ms — possible replay attack`); // finding: stale-message-thrown
  }
  if (processedIds.has(event.messageId)) { // finding: ids-kept-per-process
    return;
  }
  processedIds.add(event.messageId); // finding: recorded-before-processing, unbounded-memory-of-ids
  await processEvent(event); // finding: unsigned-message
}

const connection = await amqplib.connect(process.env.AMQP_URL ?? "");
const channel = await connection.createChannel();
channel.assertQueue("note-events", { deadLetterExchange: "dlx", deadLetterRoutingKey: "note-events-dlq" });
channel.consume("note-events", async (msg) => {
  if (!msg) return;
  const retryCount = (msg.properties.headers?.["x-retry-count"] as number) ?? 0;
  try {
    await consumeEvent(msg.content.toString());
    channel.ack(msg);
  } catch (err) {
    if (retryCount >= MAX_RETRIES) {
      channel.nack(msg, false, false);
    } else {
      setTimeout(() => { // finding: retry-waits-in-memory
        channel.nack(msg, false, true); // finding: retry-counter-never-counts
      }, Math.pow(2, retryCount) * 1000);
    }
  }
});

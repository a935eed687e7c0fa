// A consumer in the manner of the article's correct listings: age check, a set of seen ids, three retries with
// backoff, a dead-letter exchange named on the queue.
import { z } from "zod";
import { processEvent } from "../effects.ts";
import { Channel, type Consumed } from "../plain-broker.ts";
import { BROKER, FOLDER, PREFETCH, SERVICES } from "./settings.ts";

const SecureEvent = z.object({
  messageId: z.string(),
  timestamp: z.string(),
  eventType: z.unknown(),
  payload: z.object({ text: z.string().optional() }),
});
const PROCESSING_WINDOW_MS = 5 * 60 * 1000;
const MAX_RETRIES = 3;
const channel = new Channel(BROKER);

async function consumeEvent(queue: string, processedIds: Set<string>, raw: string): Promise<void> {
  const event = SecureEvent.parse(JSON.parse(raw));
  const age = Date.now() - new Date(event.timestamp).getTime();
  if (age > PROCESSING_WINDOW_MS) throw new Error(`Message too old: ${age}ms, possible replay attack`);
  if (processedIds.has(event.messageId)) return;
  processedIds.add(event.messageId);
  await processEvent(FOLDER, queue, event.eventType, event.payload.text);
}

async function onMessage(queue: string, processedIds: Set<string>, message: Consumed): Promise<void> {
  const retryCount = (message.headers["x-retry-count"] as number | undefined) ?? 0;
  try {
    await consumeEvent(queue, processedIds, message.content);
    await message.ack();
  } catch {
    if (retryCount >= MAX_RETRIES) await message.nack(false);
    else setTimeout(() => void message.nack(true), 2 ** retryCount * 1000);
  }
}

for (const queue of SERVICES) {
  const options = { prefetch: PREFETCH, deadLetterExchange: "dlx", deadLetterQueue: `${queue}-dlq` };
  // Each queue is read by a service of its own, which remembers for itself.
  const processedIds = new Set<string>();
  await channel.consume(queue, options, (message) => void onMessage(queue, processedIds, message));
}

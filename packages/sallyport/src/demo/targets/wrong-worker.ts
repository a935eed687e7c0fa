// Services that do what a message says, and try again at once when that fails.
import { processEvent } from "../effects.ts";
import { Channel } from "../plain-broker.ts";
import { BROKER, FOLDER, PREFETCH, SERVICES } from "./settings.ts";

const channel = new Channel(BROKER);

for (const queue of SERVICES) {
  await channel.consume(queue, { prefetch: PREFETCH }, (message) => {
    void (async () => {
      try {
        const { action, payload } = JSON.parse(message.content) as { action: string; payload: { text?: string } };
        await processEvent(FOLDER, queue, action, payload?.text);
        await message.ack();
      } catch {
        await message.nack(true);
      }
    })();
  });
}

// Does what orders and invoices say, writes it down, and gives back what fails after a while, so that it is delivered again for ever.
import { appendFileSync } from "node:fs";
import { connect } from "amqplib";

const channel = await (await connect(process.env["RABBITMQ_URL"] ?? "")).createChannel();
await channel.prefetch(5);
for (const queue of ["orders", "invoices"]) {
  await channel.assertQueue(queue);
  await channel.consume(queue, (message) => {
    if (message === null) return;
    try {
      const { text } = JSON.parse(message.content.toString()) as { readonly text: string };
      appendFileSync("effects.txt", `tried ${queue}: ${text}\n`);
      if (text.startsWith("poison")) throw new Error("never");
      appendFileSync("effects.txt", `done ${queue}: ${text}\n`);
      channel.ack(message);
    } catch {
      setTimeout(() => channel.nack(message), 20);
    }
  });
}

// The failure of the promise is taken up: what does not parse is settled there.
import amqplib from "amqplib";

const connection = await amqplib.connect(process.env["AMQP_URL"] ?? "");
const channel = await connection.createChannel();

async function show(message: amqplib.Message): Promise<void> {
  const reading = JSON.parse(message.content.toString());
  console.log(reading);
}

await channel.consume("readings", (message) => {
  if (message === null) return;
  show(message)
    .then(() => channel.ack(message))
    .catch(() => channel.nack(message, false, false));
});

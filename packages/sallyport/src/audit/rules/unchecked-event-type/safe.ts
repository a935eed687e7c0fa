// The types that this consumer takes stand in a Map; every other is refused.
import { Kafka } from "kafkajs";
import { Pool } from "pg";

const pool = new Pool();
const consumer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).consumer({ groupId: "notes" });
const handlers = new Map<string, (event: any) => Promise<void>>([
  ["note.created", async (event) => void (await pool.query("INSERT INTO notes VALUES ($1)", [event.text]))],
]);

await consumer.subscribe({ topic: "notes" });
await consumer.run({
  eachMessage: async ({ message }) => {
    let event;
    try {
      event = JSON.parse(message.value!.toString());
    } catch {
      console.error("not JSON");
      return;
    }
    const handler = handlers.get(event.type);
    if (handler === undefined) return;
    await handler(event);
    switch (event.type) {
      case "note.deleted":
        await pool.query("DELETE FROM notes WHERE id = $1", [event.id]);
        break;
      default:
        console.error("a type that nobody takes", event.type);
    }
  },
});

// A handler looked up in an object by the message's own word, and a branch that takes every type nobody named.
import { Kafka } from "kafkajs";
import { Pool } from "pg";

const pool = new Pool();
const consumer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).consumer({ groupId: "notes" });
const handlers: Record<string, (event: any) => Promise<void>> = {
  "note.created": async (event) => void (await pool.query("INSERT INTO notes VALUES ($1)", [event.text])),
};

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
    await handlers[event.type](event); // finding: unchecked-event-type
    if (event.type === "note.deleted") await pool.query("DELETE FROM notes WHERE id = $1", [event.id]);
    else await pool.query("UPDATE notes SET text = $1", [event.text]); // finding: unchecked-event-type
  },
});

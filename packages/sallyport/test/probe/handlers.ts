// The handlers of the guarded subject: the demonstration's domain code, behind the consume door.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { ReceivedEvent } from "@sallyport/guard";
import { processEvent } from "../../src/demo/effects.ts";

const FOLDER = process.env["DEMO_FOLDER"] ?? ".";

const handle = async ({ destination, type, data }: ReceivedEvent<{ readonly text?: string; readonly noteId?: string }>): Promise<void> => {
  const text = data.text ?? data.noteId;
  const how = text?.split(" ")[0];
  if (how === "stuck" || how === "spinning") appendFileSync(join(FOLDER, "effects.jsonl"), `${JSON.stringify({ text, kind: "tried" })}\n`);
  if (how === "stuck") await new Promise(() => setInterval(() => undefined, 1000));
  if (how === "spinning") for (;;);
  await processEvent(FOLDER, destination, type, text);
};

export default { "note.created": handle, "note.removed": handle, "task.due": handle };

// The handlers of the guarded subject: the demonstration's domain code, behind the consume door.
import type { ReceivedEvent } from "@sallyport/guard";
import { processEvent } from "../../src/demo/effects.ts";

const FOLDER = process.env["DEMO_FOLDER"] ?? ".";

const handle = ({ destination, type, data }: ReceivedEvent<{ readonly text?: string; readonly noteId?: string }>): Promise<void> =>
  processEvent(FOLDER, destination, type, data.text ?? data.noteId);

export default { "note.created": handle, "note.removed": handle, "task.due": handle };

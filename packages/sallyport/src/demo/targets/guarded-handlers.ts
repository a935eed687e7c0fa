// The handlers of the guarded target: the same domain code, behind the consume door.
import type { ReceivedEvent } from "@sallyport/guard";
import { processEvent } from "../effects.ts";
import { FOLDER } from "./settings.ts";

const handle = (event: ReceivedEvent<{ readonly text?: string; readonly noteId: string }>): Promise<void> =>
  processEvent(FOLDER, event.destination, event.type, event.data.text ?? event.data.noteId);

export default { "note.created": handle, "note.updated": handle, "note.removed": handle };

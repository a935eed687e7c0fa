// What a target's processes are told by whoever starts them.
import { join } from "node:path";

const folder = process.env["DEMO_FOLDER"];
if (folder === undefined) throw new Error("DEMO_FOLDER is not set: targets are started by sallyport demo");

export const FOLDER = folder;
export const BROKER = join(folder, "broker.db");

/** Queues that other services of the same company read. */
export const SERVICES = ["user-events", "user-note-events", "note-events", "admin-commands", "billing-events"] as const;
export const PREFETCH = 5;

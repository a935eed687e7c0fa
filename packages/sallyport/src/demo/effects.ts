// What a target's worker really did, as lines in a file that outlives the worker. The same for every target, so that
// what differs is how the message got there.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Effect {
  /** The service that acted: the queue it reads. */
  readonly service: string;
  readonly action: string;
  /** The text of the note. */
  readonly text: string;
  readonly kind: "tried" | "done";
}

/** Long enough to be interrupted in the middle of it. */
const SLOW_MS = 1000;

const fileIn = (folder: string): string => join(folder, "effects.jsonl");

export function effectsIn(folder: string): readonly Effect[] {
  if (!existsSync(fileIn(folder))) return [];
  const lines = readFileSync(fileIn(folder), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Effect);
}

/** The domain's own code. Its text decides how it ends: some messages can never be handled. */
export async function processEvent(folder: string, service: string, action: unknown, text: unknown): Promise<void> {
  const record = (kind: Effect["kind"]): void =>
    appendFileSync(fileIn(folder), `${JSON.stringify({ service, action: String(action), text: String(text), kind })}\n`);
  const triedBefore = effectsIn(folder).some((effect) => effect.text === text);
  record("tried");
  const how = String(text).split(" ")[0];
  if (how === "poison") throw new Error("this note can never be handled");
  if (how === "deadly") process.exit(1);
  if (how === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  if (how === "shaky" && !triedBefore) throw new Error("the database did not answer");
  record("done");
}

// Handlers that do what the note's text says. They run in threads; "moods" is how a test hears of them.
import { BroadcastChannel, threadId } from "node:worker_threads";
import type { HandlerContext, ReceivedEvent } from "../../../src/index.ts";
import { commitWith, type Outcome, reject, retry, unavailable } from "../../../src/index.ts";

type Note = ReceivedEvent<{ readonly noteId: string; readonly text: string }>;
type Mood = (event: Note, context: HandlerContext) => Outcome | void | Promise<Outcome | void>;

const channel = new BroadcastChannel("moods");
channel.unref();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads there are no origins
const say = (noteId: string, what: unknown): void => channel.postMessage({ noteId, what, threadId });

const moods = new Map<string, Mood>([
  ["fine", ({ data }) => say(data.noteId, "handled")],
  [
    "spin",
    ({ data }) => {
      say(data.noteId, "started");
      for (;;);
    },
  ],
  ["never", ({ data }) => new Promise<void>(() => say(data.noteId, "started"))],
  [
    "obey",
    ({ data }, { signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          say(data.noteId, `aborted: ${String(signal.reason)}`);
          resolve();
        });
        say(data.noteId, "started");
      }),
  ],
  ["exit", () => process.exit(7)],
  [
    "uncaught",
    () =>
      new Promise<void>(() => {
        setImmediate(() => {
          throw new Error("nothing catches this");
        });
      }),
  ],
  ["retry", () => retry(1234)],
  ["reject", () => reject("never")],
  ["unavailable", () => unavailable(1234)],
  [
    "refused",
    () => {
      throw Object.assign(new Error("secret text"), { code: "ECONNREFUSED" });
    },
  ],
  [
    "throw",
    () => {
      throw new TypeError("secret text");
    },
  ],
  ["commit", () => commitWith(() => undefined)],
  ["nonsense", () => "done" as unknown as Outcome],
  ["context", ({ data, ...event }, { attempt, fencingToken }) => say(data.noteId, { attempt, fencingToken, event })],
  ["publish", async ({ data }) => say(data.noteId, await (await import("./publishing.ts")).publishHere())],
]);

export const handlers = {
  "note.created": (event: Note, context: HandlerContext) => moods.get(event.data.text)!(event, context),
};

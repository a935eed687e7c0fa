// The servers under attack in these tests, on the embedded broker: the demonstration's three, and some of one peculiarity each.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Profile, readProfile } from "../../src/probe/profile.ts";
import type { Manner } from "./servers/late.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const DEMO = join(ROOT, "src", "demo", "targets");
export const NODE = [process.execPath, "--conditions=sallyport-source"];
const CLI = [...NODE, join(ROOT, "src", "cli", "main.ts")];
export const SERVERS = join(import.meta.dirname, "servers");
export const KEYS = [{ id: "k1", algorithm: "hmac-sha256", issuer: "notes", secret: Buffer.alloc(32, 7).toString("base64") }];

const EFFECTS = { file: "effects.jsonl", done: '"kind":"done"', tried: '"kind":"tried"' };
export const BOUNDS = { patienceMs: 4000, startsWithinMs: 120_000, answersWithinMs: 60_000, watchMs: 800 };
/** What holds is waited for as long as it takes on a slow machine; only what falls costs the whole time. */
export const PATIENT = { patienceMs: 12_000, startsWithinMs: 120_000, answersWithinMs: 60_000, watchMs: 800 };
/** Brokers that are started beside it take a machine's whole breath. */
export const SLOW = { startsWithinMs: 120_000, attemptsWithinMs: 60_000 };
/** Three retries, after one, two and four seconds: that is what the article says of its own. */
const PROMISED = { mostAttempts: 4, attemptsWithinMs: 9000 };
/** Each is started many times: what was compiled once is kept. */
export const FAST = { NODE_COMPILE_CACHE: join(tmpdir(), "sallyport-compiled") };
const ENV = { ...FAST, DEMO_FOLDER: "{folder}" };

export const profileOf = (given: unknown): Profile => readProfile(JSON.stringify(given), "subject");

const worded = (tool: string, argumentsOf: (text: string) => object) => {
  const message = (text: string) => ({ tool, arguments: argumentsOf(text) });
  return {
    honest: message("{canary}"),
    fails: message("poison {canary}"),
    "fails-once": message("shaky {canary}"),
    kills: message("deadly {canary}"),
    slow: message("slow {canary}"),
  };
};

export const wrong = (): Profile =>
  profileOf({
    name: "wrong",
    server: { command: [...NODE, join(DEMO, "wrong-server.ts")], env: ENV },
    worker: { command: [...NODE, join(DEMO, "wrong-worker.ts")] },
    broker: { kind: "embedded" },
    messages: worded("publish", (text) => ({ action: "create_note", payload: { noteId: "n1", text } })),
    effects: EFFECTS,
    bounds: BOUNDS,
  });

export const correct = (): Profile =>
  profileOf({
    name: "correct",
    server: { command: [...NODE, join(DEMO, "article-server.ts")], env: ENV },
    worker: { command: [...NODE, join(DEMO, "article-worker.ts")] },
    broker: { kind: "embedded" },
    messages: worded("note_event", (text) => ({ action: "create_note", noteId: "n1", text })),
    effects: EFFECTS,
    bounds: { ...BOUNDS, ...PROMISED },
  });

const CONTRACT = `name: notes
events:
  note.created:
    description: A note was written.
    destination: note-events
    key: noteId
    readable: true
    rate: { limit: 150, per: 1m }
    schema: { type: object, additionalProperties: false, required: [noteId, text], properties: { noteId: { type: string, minLength: 1, maxLength: 64 }, text: { type: string, maxLength: 2000 } } }
  note.removed:
    description: A note was removed for good.
    destination: note-events
    approval: Remove this note for good?
    schema: { type: object, additionalProperties: false, required: [noteId], properties: { noteId: { type: string, minLength: 1, maxLength: 64 } } }
  task.due:
    description: A task is due.
    destination: tasks
    schema: { type: object, additionalProperties: false, required: [text], properties: { text: { type: string, maxLength: 200 } } }
keys: { file: ./keys.json }
store: ./broker.db
policy: { retry: 100ms, maxRetry: 1s, lease: 1s }
`;

/** As `sallyport dead show` has them, and quicker. */
const LETTERS = `const { DatabaseSync } = require("node:sqlite");
for (const { bytes } of new DatabaseSync("broker.db").prepare("SELECT bytes FROM sallyport_dead_letters").all()) console.log(new TextDecoder().decode(bytes));`;

export const ours = (): Profile =>
  profileOf({
    name: "ours",
    server: { command: [...CLI, "serve", "--stdio", "contract.yaml", "--log-level", "error"], env: ENV },
    worker: { command: [...CLI, "work", "contract.yaml", "--handlers", join(import.meta.dirname, "handlers.ts"), "--log-level", "error"] },
    broker: { kind: "embedded" },
    files: { "contract.yaml": CONTRACT, "keys.json": JSON.stringify(KEYS) },
    messages: worded("note_created", (text) => ({ noteId: "n1", text })),
    effects: EFFECTS,
    deadLetters: { command: [process.execPath, "-e", LETTERS] },
    bounds: { ...PATIENT, ...SLOW },
  });

/** Handlers in threads of their own, and little time for each. */
export const isolated = (): Profile => {
  const profile = ours();
  const { command } = profile.worker!;
  const contract = CONTRACT.replace("lease: 1s", "lease: 1s, deadline: 3s, maxFailures: 2");
  const endless = (how: string) => ({ tool: "note_created", arguments: { noteId: how, text: `${how} {canary}` } });
  return {
    ...profile,
    worker: { command: [...command, "--isolate"], env: {} },
    files: { ...profile.files, "contract.yaml": contract },
    messages: { ...profile.messages, hangs: endless("stuck"), spins: endless("spinning") },
    bounds: { ...profile.bounds, attemptsWithinMs: 60_000 },
  };
};

export const sloppy = (): Profile => {
  const order = (text: string) => ({ tool: "order", arguments: { text } });
  return profileOf({
    name: "sloppy",
    server: { command: [...NODE, join(SERVERS, "sloppy.ts")], env: ENV },
    worker: { command: [...NODE, join(SERVERS, "sloppy.ts"), "work"] },
    broker: { kind: "embedded" },
    messages: {
      honest: order("{canary}"),
      fails: order("poison {canary}"),
      slow: order("slow {canary}"),
      hangs: order("stuck {canary}"),
      spins: order("spinning {canary}"),
    },
    effects: { file: "effects.txt", done: "done", tried: "tried" },
    deadLetters: { command: [process.execPath, "-e", ""] },
    bounds: { ...BOUNDS, attemptsWithinMs: 4000 },
  });
};

/** What is done late; one that is only read has no worker. */
export const late = (manner: Manner): Profile => {
  const { honest, ...others } = worded("order", (text) => ({ text }));
  return profileOf({
    name: "late",
    server: { command: [...NODE, join(SERVERS, "late.ts")], env: { ...ENV, MANNER: JSON.stringify(manner) } },
    ...(manner.readsAfterMs === undefined && { worker: { command: [...NODE, join(SERVERS, "late.ts"), "work"] } }),
    broker: { kind: "embedded" },
    messages: { honest, ...others, kills: undefined },
    effects: { file: "effects.txt", done: "done", tried: "tried" },
    bounds: { ...BOUNDS, answersWithinMs: manner.losesEvery === undefined ? 60_000 : 1000, flood: 40 },
  });
};

export const particular = (): Profile =>
  profileOf({
    name: "particular",
    server: { command: [...NODE, join(SERVERS, "particular.ts")], env: ENV },
    broker: { kind: "embedded" },
    tools: { arguments: { file_note: { folder: "{folder}", text: "{canary}" } } },
    bounds: { ...BOUNDS, flood: 20 },
  });

/** Checks that the caller may turn off. */
export const switched = (): Profile =>
  profileOf({
    name: "switched",
    server: { command: [...NODE, join(SERVERS, "switched.ts")], env: ENV },
    broker: { kind: "embedded" },
    tools: {
      arguments: {
        validated: { payload: '{"text":"{canary}"}', validate: true },
        skipping: { text: "{canary}", kind: "memo" },
        moded: { topic: "notes", text: "{canary}", validation: "strict" },
        kept: { payload: '{"text":"{canary}"}', validate: true },
      },
    },
    bounds: BOUNDS,
  });

const SIGNED = { greeting: "Dear all", closing: "Yours", author: "me", text: "{canary}" };

/** Two rooms, and a tool for each. */
export const rooms = (): Profile =>
  profileOf({
    name: "rooms",
    server: { command: [...NODE, join(SERVERS, "rooms.ts")], env: ENV },
    broker: { kind: "embedded" },
    tools: { arguments: { place_note: { text: "{canary}" }, file_note: { record: { text: "{canary}" } }, signed_note: SIGNED } },
    bounds: BOUNDS,
  });

/** A call that is cut off is its end. */
export const frail = (): Profile =>
  profileOf({
    name: "frail",
    server: { command: [...NODE, join(SERVERS, "frail.ts")], env: ENV },
    broker: { kind: "embedded" },
    messages: { honest: { tool: "note", arguments: { text: "{canary}" } } },
    bounds: BOUNDS,
  });

/** A tool of it waits for a message. */
export const waiting = (): Profile =>
  profileOf({
    name: "waiting",
    server: { command: [...NODE, join(SERVERS, "waiting.ts")], env: ENV },
    broker: { kind: "embedded" },
    bounds: { ...BOUNDS, answersWithinMs: 4000 },
  });

const HTTP = "http://127.0.0.1:{port}/mcp";

/** Ours over Streamable HTTP, where nothing consumes. */
export const httpOurs = (era = "auto"): Profile =>
  profileOf({
    name: "http-ours",
    server: { command: [...CLI, "serve", "contract.yaml", "--port", "{port}", "--log-level", "error"], url: HTTP, era, env: FAST },
    broker: { kind: "embedded" },
    files: { "contract.yaml": CONTRACT, "keys.json": JSON.stringify(KEYS) },
    messages: { honest: { tool: "note_created", arguments: { noteId: "n1", text: "{canary}" } } },
    bounds: PATIENT,
  });

export const httpWrong = (era = "auto"): Profile =>
  profileOf({
    name: "http-wrong",
    server: { command: [...NODE, join(SERVERS, "http-wrong.ts"), "{port}"], url: HTTP, era, env: ENV },
    broker: { kind: "embedded" },
    bounds: BOUNDS,
  });

// The three servers under attack: how each is started, and how its own honest call looks.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { extname, join } from "node:path";

/** A Node process: its module, and what it is given. */
export interface Launch {
  readonly module: string;
  readonly args: readonly string[];
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

export interface Target {
  readonly name: "wrong" | "article" | "sallyport";
  readonly title: string;
  /** Writes what its processes need into the folder. */
  readonly prepare: (folder: string) => void;
  readonly server: (folder: string) => Launch;
  readonly worker: (folder: string) => Launch;
  /** A call such as its user would want. */
  readonly note: (noteId: string, text: string) => ToolCall;
  /** Another kind of note, limited like any other where there are limits. */
  readonly update: (noteId: string, text: string) => ToolCall;
  /** One that cannot be undone. */
  readonly remove: (noteId: string) => ToolCall;
  /** Where its notes travel. */
  readonly queue: string;
}

// From source these are TypeScript, as packed JavaScript.
const local = (name: string): string => join(import.meta.dirname, `${name}${extname(import.meta.filename)}`);
const cli = join(import.meta.dirname, "..", "..", "cli", `main${extname(import.meta.filename)}`);
const nothing = (): void => undefined;

const note = (required: string): string =>
  `schema: { type: object, additionalProperties: false, required: [${required}], properties: { noteId: { type: string, minLength: 1, maxLength: 64 }, text: { type: string, maxLength: 2000 } } }`;
const CONTRACT = `name: notes
events:
  note.created:
    description: A note was written.
    destination: note-events
    rate: { limit: 500, per: 1m }
    ${note("noteId, text")}
  note.updated:
    description: A note was changed.
    destination: note-events
    ${note("noteId, text")}
  note.removed:
    description: A note was removed for good.
    destination: note-events
    approval: Remove this note for good?
    ${note("noteId")}
keys: { file: ./keys.json }
store: ./broker.db
policy: { retry: 100ms, maxRetry: 1s, lease: 1s }
`;

function prepareGuarded(folder: string): void {
  const keys = [{ id: "demo-1", algorithm: "hmac-sha256", issuer: "notes", secret: randomBytes(32).toString("base64") }];
  writeFileSync(join(folder, "keys.json"), JSON.stringify(keys), { mode: 0o600 });
  writeFileSync(join(folder, "contract.yaml"), CONTRACT);
}

export const TARGETS: readonly Target[] = [
  {
    name: "wrong",
    title: "article's wrong listings",
    prepare: nothing,
    server: () => ({ module: local("wrong-server"), args: [] }),
    worker: () => ({ module: local("wrong-worker"), args: [] }),
    note: (noteId, text) => ({ name: "publish", arguments: { action: "create_note", payload: { noteId, text } } }),
    update: (noteId, text) => ({ name: "publish", arguments: { action: "update_note", payload: { noteId, text } } }),
    remove: (noteId) => ({ name: "publish", arguments: { action: "archive_note", payload: { noteId, text: noteId } } }),
    queue: "user-events",
  },
  {
    name: "article",
    title: "article's correct listings",
    prepare: nothing,
    server: () => ({ module: local("article-server"), args: [] }),
    worker: () => ({ module: local("article-worker"), args: [] }),
    note: (noteId, text) => ({ name: "note_event", arguments: { action: "create_note", noteId, text } }),
    update: (noteId, text) => ({ name: "note_event", arguments: { action: "update_note", noteId, text } }),
    remove: (noteId) => ({ name: "publish_event", arguments: { action: "archive_note", payload: { noteId, text: noteId } } }),
    queue: "note-events",
  },
  {
    name: "sallyport",
    title: "sallyport",
    prepare: prepareGuarded,
    server: (folder) => ({ module: cli, args: ["serve", "--stdio", join(folder, "contract.yaml"), "--log-level", "error"] }),
    worker: (folder) => ({
      module: cli,
      args: ["work", join(folder, "contract.yaml"), "--handlers", local("guarded-handlers"), "--log-level", "error"],
    }),
    note: (noteId, text) => ({ name: "note_created", arguments: { noteId, text } }),
    update: (noteId, text) => ({ name: "note_updated", arguments: { noteId, text } }),
    remove: (noteId) => ({ name: "note_removed", arguments: { noteId } }),
    queue: "note-events",
  },
];

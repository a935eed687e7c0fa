// The starter's files: contract, handlers, keys, and the configuration of MCP clients.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { SallyportError } from "@sallyport/guard";
import { type Client, CLIENTS, type Launch, launchOf } from "./clients.ts";

export const CONTRACT = `# What agents may publish, and what they may read. Everything that is not here cannot pass.
name: notes

events:
  note.created:
    description: A note was written.
    destination: notes
    key: noteId            # notes with one id keep their order
    ordering: key
    readable: true         # agents may read what was published; leave it out and they may not
    rate: { limit: 30, per: 1m }
    schema:
      type: object
      additionalProperties: false
      required: [noteId, text]
      properties:
        noteId: { type: string, minLength: 1, maxLength: 64 }
        text: { type: string, maxLength: 2000 }

  note.removed:
    description: A note was removed for good.
    destination: notes
    key: noteId
    ordering: key
    approval: Remove this note for good?
    schema:
      type: object
      additionalProperties: false
      required: [noteId]
      properties:
        noteId: { type: string, minLength: 1, maxLength: 64 }

keys: { file: ./keys.json }    # or { env: SALLYPORT_KEYS }
store: ./data/notes.db         # the embedded broker and its stores
`;

const HANDLERS = `// Called once for each event, when its signature, place, age, schema and claim are in order. Return nothing when it is
// done; throw to try again; return { kind: "reject", reason: "why" } to send it to the dead letters.
export default {
  "note.created": async (event, { attempt }) => {
    console.log(\`note \${event.data.noteId}: \${JSON.stringify(event.data.text)} (from \${event.actor}, attempt \${attempt})\`);
  },
  "note.removed": async (event) => {
    console.log(\`note \${event.data.noteId} removed\`);
  },
};
`;

export interface Starter {
  readonly launch: Launch;
  /** Names of the files that were written, relative to the folder. */
  readonly files: readonly string[];
}

/** @throws {SallyportError} `ERR_CONFIG_INVALID` when a file is there already; nothing is written then. */
export function writeStarter(folder: string, portable: boolean): Starter {
  const root = resolve(folder);
  const launch = launchOf(join(root, "contract.yaml"), portable);
  const files = filesOf(launch);
  const taken = [...files.keys()].filter((name) => existsSync(join(root, name)));
  if (taken.length > 0) {
    throw new SallyportError("ERR_CONFIG_INVALID", `there is already ${taken.join(", ")}`, {
      place: folder,
      remedy: "Choose another folder.",
    });
  }
  for (const [name, { text, mode }] of files) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text, { mode, flag: "wx" });
  }
  return { launch, files: [...files.keys()] };
}

function filesOf(launch: Launch): ReadonlyMap<string, { readonly text: string; readonly mode: number }> {
  const secret = randomBytes(32).toString("base64");
  const keys = [{ id: "notes-1", algorithm: "hmac-sha256", issuer: "notes", secret }];
  const file = (text: string, mode = 0o644) => ({ text, mode });
  return new Map([
    ["contract.yaml", file(CONTRACT)],
    ["handlers.mjs", file(HANDLERS)],
    ["keys.json", file(`${JSON.stringify(keys, null, 2)}\n`, 0o600)],
    [".gitignore", file("keys.json\ndata/\n")],
    ...CLIENTS.flatMap((client) => (client.file === undefined ? [] : [[client.file, file(configOf(client, launch))] as const])),
  ]);
}

const configOf = (client: Client, launch: Launch): string => `${JSON.stringify(client.config("notes", launch), null, 2)}\n`;

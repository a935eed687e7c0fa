// A publisher and a consumer on one SQLite file, each with a handle of its own, and ears for what is held.
import { onTestFinished } from "vitest";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { Consumer, type Handler, KeyRing, Publisher } from "../../src/index.ts";
import type { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteClaims } from "../../src/stores/sqlite-claims.ts";
import { SqliteDeadLetters } from "../../src/stores/sqlite-dead-letters.ts";
import { SqliteLedger, SqliteLimits } from "../../src/stores/sqlite-limits.ts";
import { alice, keySpec, note, notes } from "../house.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";

export interface BadHouse {
  readonly path: string;
  /** The consumer's handle. */
  readonly database: SqliteDatabase;
  readonly deadLetters: SqliteDeadLetters;
  /** In order: the code when consumption was held, `undefined` when it went on. */
  readonly holding: (string | undefined)[];
  readonly committed: string[];
  readonly publish: (noteId: string, text?: string) => Promise<string>;
}

const LOCK_MS = 30;

export async function badHouse(handler: (house: BadHouse) => Handler): Promise<BadHouse> {
  const path = temporaryFile();
  const database = openDatabase(path, { lockTimeoutMs: LOCK_MS });
  const theirs = openDatabase(path, { lockTimeoutMs: LOCK_MS });
  const keys = new KeyRing([keySpec()]);
  const transport = new SqliteTransport(theirs);
  const stores = { limits: new SqliteLimits(theirs), ledger: new SqliteLedger(theirs) };
  const publisher = new Publisher({ contract: notes, transport, keys, ...stores });
  const deadLetters = new SqliteDeadLetters(database);
  const house: BadHouse = {
    path,
    database,
    deadLetters,
    holding: [],
    committed: [],
    publish: async (noteId, text = "hello") => {
      const principal = { ...alice.principal, id: noteId };
      return (await publisher.publish("note.created", note(noteId, text), { ...alice, principal, idempotencyKey: noteId })).id;
    },
  };
  const consumer = new Consumer({
    contract: notes,
    group: "workers",
    keys,
    deadLetters,
    transport: new SqliteTransport(database, { pollMs: 5 }),
    claims: new SqliteClaims(database),
    handlers: { "note.created": handler(house) },
    policy: { maxFailures: 1 },
    observer: {
      holding: (held, code) => void house.holding.push(held ? code : undefined),
      at: (point, id) => void (point === "consume:committed" && house.committed.push(String(id))),
    },
  });
  await consumer.start();
  onTestFinished(() => consumer.drain(1000));
  return house;
}

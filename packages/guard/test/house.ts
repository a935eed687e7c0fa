// A small house for tests of the doors: one contract, one in-memory broker, one clock that moves when told.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { MemoryTransport } from "../src/adapters/memory.ts";
import {
  Consumer,
  type ConsumerOptions,
  contract,
  event,
  type Handlers,
  KeyRing,
  type KeySpec,
  Publisher,
  type PublisherOptions,
} from "../src/index.ts";
import type { Delivery, OutgoingMessage, Transport } from "../src/ports/transport.ts";
import type { TrailEntry } from "../src/ports/trail.ts";
import { MemoryClaims } from "../src/stores/memory-claims.ts";
import { MemoryDeadLetters } from "../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../src/stores/memory-limits.ts";
import { TestClock } from "../src/testing/index.ts";

export const notes = contract({
  name: "notes",
  events: {
    "note.created": event({
      description: "A note was written.",
      schema: z.strictObject({ noteId: z.string().max(64), text: z.string().max(2000), stars: z.number().optional() }),
      destination: "notes",
      key: (data) => data.noteId,
      ordering: "key",
      rate: { limit: 5, windowMs: 60_000 },
    }),
    "note.removed": event({
      description: "A note was removed for good.",
      schema: z.strictObject({ noteId: z.string().max(64) }),
      destination: "notes",
      approval: true,
      scopes: ["notes:remove"],
      quota: { limit: 2, windowMs: 60_000 },
    }),
    "note.shared": event({
      description: "A note was shared within a tenant.",
      schema: z.strictObject({ noteId: z.string().max(64) }),
      destination: "shares.{tenant}",
      expiresAfterMs: 10_000,
    }),
  },
});

export type Notes = typeof notes;

export const keySpec = (change: Partial<KeySpec> = {}): KeySpec => ({
  id: "k1",
  algorithm: "hmac-sha256",
  issuer: "notes",
  secret: randomBytes(32).toString("base64"),
  ...change,
});

export const alice = { principal: { id: "alice", tenant: "acme", scopes: ["notes:remove"] }, origin: "llm" } as const;

/** Records what was sent; `fail` makes the next sends reject. */
export class RecordingTransport extends MemoryTransport {
  readonly sent: OutgoingMessage[] = [];
  fail: Error | undefined;

  override async send(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.fail !== undefined) throw this.fail;
    this.sent.push(...messages);
    await super.send(messages);
  }
}

export interface House {
  readonly contract: Notes;
  readonly clock: TestClock;
  readonly transport: RecordingTransport;
  readonly claims: MemoryClaims;
  readonly deadLetters: MemoryDeadLetters;
  readonly keys: KeyRing;
  readonly trail: TrailEntry[];
  readonly publisher: (options?: Partial<PublisherOptions<Notes>>) => Publisher<Notes>;
  readonly consumer: (handlers: Handlers<Notes>, options?: Partial<ConsumerOptions<Notes>>) => Consumer<Notes>;
}

export function house(): House {
  const clock = new TestClock();
  const transport = new RecordingTransport({ clock });
  const claims = new MemoryClaims({ clock });
  const deadLetters = new MemoryDeadLetters();
  const keys = new KeyRing([keySpec()]);
  const entries: TrailEntry[] = [];
  const trail = { append: async (more: readonly TrailEntry[]) => void entries.push(...more) };
  const shared = { contract: notes, transport, keys, trail, clock };
  return {
    contract: notes,
    clock,
    transport,
    claims,
    deadLetters,
    keys,
    trail: entries,
    publisher: (options = {}) =>
      new Publisher({ ...shared, limits: new MemoryLimits({ clock }), ledger: new MemoryLedger({ clock }), ...options }),
    consumer: (handlers, options = {}) =>
      new Consumer({ ...shared, group: "workers", handlers, claims, deadLetters, tenants: ["acme"], ...options }),
  };
}

export const note = (noteId = "n1", text = "hello"): { noteId: string; text: string } => ({ noteId, text });

/** Lets everything that can happen without time passing happen. */
export async function settle(turns = 30): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** One message as a hostile or broken producer would send it. */
export const raw = (bytes: Uint8Array | string, destination = "notes"): OutgoingMessage => ({
  id: "raw",
  destination,
  key: undefined,
  bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
});

export type { Delivery, Transport };

// What a careful engineer writes around a client without the guard, as lean as it can be while a message that is
// handled is authentic, meant for here, fresh and strict, and handled once. README.md says what it leaves out.
import { createHmac, createSecretKey, type KeyObject, randomUUID, timingSafeEqual } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Redis } from "ioredis";
import { type Order, orderSchema } from "../event.ts";
import { Gathered } from "./gathered.ts";
import { GROUP } from "./lane.ts";

const WINDOW_MS = 300_000;
const SKEW_MS = 60_000;
const LEASE_MS = 30_000;
/** Longer than a copy can be fresh. */
const REMEMBER_MS = 7 * 24 * 3_600_000;
const ASK_AGAIN_MS = 1000;

/** Each key is set on its own terms, and all of them in one command. */
const SET_EACH = `
local answers = {}
for i, key in ipairs(KEYS) do answers[i] = redis.call('SET', key, unpack(ARGV)) end
return answers
`;
/** Of a key that was there Redis says what it was, of another nothing. */
const CLAIM = ["working", "NX", "GET", "PX", LEASE_MS];
const COMMIT = ["done", "PX", REMEMBER_MS];

interface Envelope {
  readonly id: string;
  readonly time: number;
  readonly destination: string;
  readonly data: unknown;
}

export class ByHand {
  readonly #destination: string;
  readonly #key: KeyObject;
  readonly #claims: Gathered<string | null>;
  readonly #commits: Gathered<string | null>;

  constructor(destination: string, secret: Uint8Array, store: Redis) {
    this.#destination = destination;
    this.#key = createSecretKey(secret);
    store.defineCommand("setEach", { lua: SET_EACH });
    const setEach = (terms: readonly (string | number)[]) => (keys: readonly string[]) => store.setEach(keys.length, ...keys, ...terms);
    this.#claims = new Gathered(setEach(CLAIM));
    this.#commits = new Gathered(setEach(COMMIT));
  }

  seal(order: Order): Buffer {
    const data = orderSchema.parse(order);
    const envelope: Envelope = { id: randomUUID(), time: Date.now(), destination: this.#destination, data };
    const signed = JSON.stringify(envelope).slice(0, -1);
    return Buffer.from(signed + this.#ending(signed));
  }

  /** Resolves when the message may be acknowledged: it is committed, was before, or is refused. */
  async take(received: Uint8Array, handle: (order: Order) => Promise<void>): Promise<void> {
    const opened = this.#open(Buffer.from(received.buffer, received.byteOffset, received.byteLength));
    if (opened === undefined) return;
    const key = `${this.#destination}:${GROUP}:${opened.id}`;
    // A copy of what is in work waits for how that ends: were it acknowledged and the other's process killed, both would be gone.
    for (let found = await this.#claims.ask(key); found !== null; found = await this.#claims.ask(key)) {
      if (found === "done") return;
      await setTimeout(ASK_AGAIN_MS);
    }
    await handle(opened.order);
    await this.#commits.ask(key);
  }

  /** Nothing is parsed before it is known to be authentic. */
  #open(bytes: Buffer): { readonly id: string; readonly order: Order } | undefined {
    const end = bytes.length - ENDING_BYTES;
    if (end < 0) return undefined;
    const ending = Buffer.from(this.#ending(bytes.subarray(0, end)));
    if (!timingSafeEqual(bytes.subarray(end), ending)) return undefined;
    const { id, time, destination, data } = JSON.parse(bytes.toString()) as Envelope;
    const ageMs = Date.now() - time;
    const isFresh = ageMs >= -SKEW_MS && ageMs <= WINDOW_MS;
    if (destination !== this.#destination || !isFresh) return undefined;
    const parsed = orderSchema.safeParse(data);
    return parsed.success ? { id, order: parsed.data } : undefined;
  }

  /** The last member, so that what is signed are the very bytes before it. */
  #ending(signed: string | Buffer): string {
    return endingOf(createHmac("sha256", this.#key).update(signed).digest("base64url"));
  }
}

const endingOf = (signature: string): string => `,"signature":"${signature}"}`;
/** 32 bytes in base64url are 43 characters. */
const ENDING_BYTES = endingOf("x".repeat(43)).length;

declare module "ioredis" {
  interface Redis {
    setEach(count: number, ...keysAndTerms: (string | number)[]): Promise<(string | null)[]>;
  }
}

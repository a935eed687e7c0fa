// A member of a group whose deliveries are taken one by one, and clients of Redis that misbehave.
import type { Redis as IoRedis } from "ioredis";
import type { IoRedisClient } from "../../src/adapters/redis-streams.ts";
import type { Delivery, ReceiveOptions, Transport } from "../../src/ports/transport.ts";
import { inbox, type Inbox } from "../../src/testing/transport-law.ts";

export interface Box extends Inbox {
  /** What fetching was told: codes, and `undefined` where it goes on; the same again is left out. */
  readonly told: (string | undefined)[];
  /** Of what it was told last, where something fails. */
  readonly reason: () => string | undefined;
}

export async function box(transport: Transport, options: Partial<ReceiveOptions> = {}): Promise<Box> {
  const told: (string | undefined)[] = [];
  let reason: string | undefined;
  const onFetch = (code: string | undefined, why?: Error): void => {
    reason = why?.message;
    if (told.length === 0 || told.at(-1) !== code) told.push(code);
  };
  return { ...(await inbox(transport, { onFetch, ...options })), told, reason: () => reason };
}

/** What became of it: for what is asked again until it is carried out. */
export const said = (work: Promise<unknown>): Promise<"done" | "failed"> =>
  work.then(
    () => "done",
    () => "failed",
  );

/** Takes and acknowledges one after another, until that one has come. */
export async function acknowledgedUntil(text: string, take: Box["take"]): Promise<readonly string[]> {
  const seen: string[] = [];
  while (!seen.includes(text)) {
    const [delivery] = await take(1);
    seen.push(...textsOf([delivery!]));
    await delivery!.ack();
  }
  return seen;
}

export const send = (transport: Transport, texts: readonly string[], key?: string, destination = "orders"): Promise<void> =>
  transport.send(texts.map((text) => ({ id: text, destination, key, bytes: Buffer.from(text) })));

export const textsOf = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ bytes }) => Buffer.from(bytes).toString());

export interface Meddled extends IoRedisClient {
  /** What happens to an answer: it may never come. */
  meddle: (script: boolean, ask: () => Promise<unknown>) => Promise<unknown>;
  /** How many commands were asked. */
  asked: number;
}

/** A client that does with answers what it is told. What waits is asked of the real one. */
export function meddled(client: IoRedis): Meddled {
  return {
    meddle: (_script, ask) => ask(),
    asked: 0,
    callBuffer(command, args) {
      this.asked++;
      return this.meddle(command.startsWith("EVAL"), () => client.callBuffer(command, args));
    },
    duplicate: () => client.duplicate(),
    on(event, listener) {
      client.on(event, listener);
    },
    disconnect: () => undefined,
  };
}

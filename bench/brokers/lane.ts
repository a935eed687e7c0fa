// What is measured on every broker: the same events published with the same confirmation and consumed with the same
// acknowledgement, by the client alone and through the guard. Another broker is one file beside this one and its line in
// `lanes.ts`.
import type { PublisherOptions } from "@sallyport/guard";
import type { Redis } from "ioredis";
import type { Order, Orders } from "../event.ts";

/** The client alone, as its manual has it. */
export interface RawClient {
  /** Resolves when the broker has confirmed it. */
  publish(bytes: Uint8Array): Promise<unknown>;
  /**
   * Hands over so many, and resolves when all of them are acknowledged. At most `CONCURRENCY` are out at once. A message is
   * acknowledged when what its handler returned has resolved, and at once where it returned nothing.
   */
  consume(count: number, handle: (bytes: Uint8Array) => void | Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface GuardedClient {
  readonly transport: PublisherOptions<Orders>["transport"];
  close(): Promise<void>;
}

/** message-queue-toolkit, set as its manual has it. */
export interface ToolkitClient {
  /** Resolves when the broker has confirmed it, where the toolkit waits for that. */
  publish(order: Order): Promise<unknown>;
  /** Resolves when the broker has read what it was given. */
  published(): Promise<void>;
  /** Hands over so many, and resolves when all of them are acknowledged. */
  consume(count: number, handle: (order: Order) => void): Promise<void>;
  close(): Promise<void>;
}

/** Where it deduplicates, it does so in this Redis. */
export type ToolkitLane = (url: string, destination: string, redis: Redis) => Promise<ToolkitClient>;

export interface Lane {
  readonly name: string;
  /** Its name in `scripts/brokers`. */
  readonly broker: string;
  /** `destination` is a name that nobody else uses. */
  raw(url: string, destination: string): Promise<RawClient>;
  guarded(url: string, destination: string): Promise<GuardedClient>;
  /** Where it has that broker, and one of its clients. */
  readonly toolkit?: ToolkitLane;
}

/** What is in work and not waited for yet; nothing, where handlers return nothing. */
export class InWork {
  readonly #promises: Promise<void>[] = [];

  add(work: void | Promise<void>): void {
    if (work !== undefined) this.#promises.push(work);
  }

  async done(): Promise<void> {
    if (this.#promises.length > 0) await Promise.all(this.#promises.splice(0));
  }
}

/** Calls that wait for a confirmation, and messages in work, at the same time. */
export const CONCURRENCY = 64;
export const GROUP = "bench";

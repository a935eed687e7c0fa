// One member of a group on a queue: when it takes, what it has out, and how that stays its own.
import { type ErrorCode, isSallyportError, type SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Delivery, ReceiveOptions, Subscription } from "../ports/transport.ts";
import { bytesOf } from "../sqs/body.ts";
import type { SqsMessage } from "../sqs/client.ts";
import type { Queue } from "../sqs/queue.ts";

export interface MemberParts {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly onClose: (member: SqsMember) => void;
}

interface Out {
  readonly receipt: string;
  readonly takenAtMs: number;
  /** Its time is no longer prolonged: what is written next is the last word. */
  settling: boolean;
  /** SQS has given it to another. */
  lost: boolean;
}

const BATCH = 10;
const AGAIN_MS = { first: 50, most: 2000 };
/** How many requests may wait for messages at once while there are some. */
const MOST_POLLS = 8;
/** From when it was taken, SQS keeps nothing invisible for longer. */
const MOST_INVISIBLE_MS = 12 * 3_600_000;
/** For what a request that still waits is given of what was given back. */
const CLOSING_MS = 500;

export class SqsMember implements Subscription {
  readonly #parts: MemberParts;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #out = new Map<string, Out>();
  readonly #polls = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #reserved = 0;
  #isPumping = false;
  #allowed = 1;
  #state: "open" | "paused" | "closed" = "open";
  #closing: Promise<void> | undefined;
  #failing = false;
  #againMs = AGAIN_MS.first;
  #cancelAgain: (() => void) | undefined;
  #cancelBeat: (() => void) | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(parts: MemberParts, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void) {
    this.#parts = parts;
    this.#options = options;
    this.#onDeliveries = onDeliveries;
  }

  start(): void {
    this.#beatLater();
    this.#pump();
  }

  /** What a request that waits is given meanwhile goes back. */
  pause(): void {
    if (this.#state === "open") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    this.#pump();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#cancelAgain?.();
    this.#cancelBeat?.();
    const given = [...this.#out.values()];
    this.#out.clear();
    await this.#giveBack(given);
    // A request that waits might be given them again, and an answer that nobody reads keeps them for visibilityMs.
    if (given.length > 0 && this.#polls.size > 0) await this.#pollsOr(CLOSING_MS);
    this.#stop.abort();
    await Promise.all(this.#polls);
    this.#parts.onClose(this);
  }

  async #pollsOr(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.clock.after(ms, resolve);
    await Promise.race([promise, Promise.all(this.#polls)]);
    cancel();
  }

  /** With order by key one at a time: SQS gives several of one key in one answer, and none while one of them is out. */
  #pump(): void {
    const perPoll = this.#options.ordering === "key" ? 1 : BATCH;
    while (this.#state === "open" && this.#cancelAgain === undefined && this.#polls.size < this.#allowed) {
      const room = this.#options.prefetch - this.#out.size - this.#reserved;
      if (room <= 0) return;
      const most = Math.min(room, perPoll);
      // Every request is paid for: less than a whole one is asked for only when no other is out.
      if (most < Math.min(perPoll, this.#options.prefetch) && this.#polls.size > 0) return;
      this.#reserved += most;
      const poll = this.#poll(most).finally(() => {
        this.#polls.delete(poll);
        this.#reserved -= most;
        this.#pumpSoon();
      });
      this.#polls.add(poll);
    }
  }

  /** What is settled together makes room together. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  async #poll(most: number): Promise<void> {
    const { queue, visibilityMs, waitMs, clock } = this.#parts;
    const takenAtMs = clock.now();
    try {
      // After a failure one wants to hear at once that it is over.
      const taking = { most, visibleAfterMs: visibilityMs, waitMs: this.#failing ? 0 : waitMs, stop: this.#stop.signal };
      const messages = await queue.take(taking);
      await this.#took(messages, most, takenAtMs);
    } catch (error) {
      if (this.#state !== "closed") this.#failed(error);
    }
  }

  async #took(messages: readonly SqsMessage[], most: number, takenAtMs: number): Promise<void> {
    const outs = messages.map(({ ReceiptHandle = "" }) => ({ receipt: ReceiptHandle, takenAtMs, settling: false, lost: false }));
    if (this.#state !== "closed") {
      this.#failing = false;
      this.#againMs = AGAIN_MS.first;
      this.#options.onFetch?.(undefined);
    }
    if (this.#state !== "open") return this.#giveBack(outs);
    this.#allowed = messages.length < most ? 1 : Math.min(this.#allowed * 2, MOST_POLLS);
    if (messages.length === 0) return;
    for (const out of outs) this.#out.set(out.receipt, out);
    this.#onDeliveries(messages.map((message, index) => this.#deliver(message, outs[index] as Out)));
  }

  #failed(error: unknown): void {
    this.#failing = true;
    this.#allowed = 1;
    this.#options.onFetch?.(...told(error));
    this.#cancelAgain ??= this.#parts.clock.after(this.#againMs, () => {
      this.#cancelAgain = undefined;
      this.#pump();
    });
    this.#againMs = Math.min(this.#againMs * 2, AGAIN_MS.most);
  }

  #deliver(message: SqsMessage, out: Out): Delivery {
    const sentMs = Number(message.Attributes?.["SentTimestamp"] ?? Number.NaN);
    return {
      bytes: bytesOf(message),
      destination: this.#options.destination,
      // A time to come is no time at which anything was taken.
      ...(sentMs <= this.#parts.clock.now() && { enqueuedAtMs: sentMs }),
      brokerId: message.MessageId ?? out.receipt,
      ack: () => this.#settle(out, async () => void (await this.#parts.queue.delete(out.receipt))),
      retryAfter: (delayMs) => this.#settle(out, () => this.#postpone(out, delayMs)),
    };
  }

  async #settle(out: Out, write: () => Promise<void>): Promise<void> {
    if (!this.#out.has(out.receipt)) return;
    out.settling = true;
    try {
      await write();
    } catch (error) {
      out.settling = false;
      throw error;
    }
    this.#out.delete(out.receipt);
    this.#pumpSoon();
  }

  /** What another has is not ours to delay. */
  async #postpone(out: Out, delayMs: number): Promise<void> {
    // One that was asked for before and is carried out after would take the delay back.
    await this.#beating;
    if (out.lost) return;
    const leftMs = MOST_INVISIBLE_MS - (this.#parts.clock.now() - out.takenAtMs);
    // Never none: of a FIFO queue what is visible at once is the first again, before all that is new (PSN-01).
    const seconds = Math.max(0, Math.min(Math.max(1, Math.ceil(delayMs / 1000)), Math.floor(leftMs / 1000) - 1));
    await this.#parts.queue.makeInvisible([{ receipt: out.receipt, seconds }]);
  }

  /** What cannot be given back now comes again by itself. */
  async #giveBack(outs: readonly Out[]): Promise<void> {
    await this.#beating;
    await this.#inTens(outs, 0);
  }

  #beatLater(): void {
    if (this.#state === "closed") return;
    this.#cancelBeat = this.#parts.clock.after(this.#parts.visibilityMs / 3, () => {
      this.#beating = this.#beat().finally(() => this.#beatLater());
    });
  }

  /** What fails is prolonged the next time; who cannot be heard of for longer loses what is its own, and shall. */
  #beat(): Promise<void> {
    const mine = [...this.#out.values()].filter(({ settling, lost }) => !settling && !lost);
    return this.#inTens(mine, Math.ceil(this.#parts.visibilityMs / 1000));
  }

  async #inTens(outs: readonly Out[], seconds: number): Promise<void> {
    const batches = Array.from({ length: Math.ceil(outs.length / BATCH) }, (_, n) => outs.slice(n * BATCH, (n + 1) * BATCH));
    await Promise.allSettled(
      batches.map(async (batch) => {
        const stale = await this.#parts.queue.makeInvisible(batch.map(({ receipt }) => ({ receipt, seconds })));
        for (const out of batch) if (stale.has(out.receipt)) out.lost = true;
      }),
    );
  }
}

const told = (error: unknown): readonly [ErrorCode, SallyportError?] =>
  isSallyportError(error) ? [error.code, error] : ["ERR_TRANSPORT_UNAVAILABLE"];

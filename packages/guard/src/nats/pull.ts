// Asks a consumer for messages, one request at a time, and notices when nobody answers any more. What comes is given on as
// it comes; what it was asked for, nobody else gets.
import type { Clock } from "../ports/clock.ts";
import { randomId } from "../ports/ids.ts";
import type { NatsMessage, NatsSubscription } from "./client.ts";
import { type Taken, takenFrom } from "./delivery.ts";
import { consumerInfo } from "./group.ts";
import { KEY_HEADER, nanos, type NatsLink } from "./link.ts";

export interface PullEvents {
  /** Synchronously, one by one. */
  readonly onTaken: (taken: Taken) => void;
  /** The request is over, and another may be made. */
  readonly onEnd: () => void;
  /** The server has the request, and nothing for it yet. */
  readonly onAlive?: () => void;
  /** Nothing can be had; `undefined` where it is not known why. No further request is out. */
  readonly onLost: (error: unknown) => void;
}

/** Longer than anything that a server which is there is silent for. */
const EXPIRES_MS = 30_000;
const STATUS = { heartbeat: 100, none: 404, over: 408 } as const;

export class Pull {
  readonly #link: NatsLink;
  readonly #clock: Clock;
  readonly #stream: string;
  readonly #consumer: string;
  readonly #events: PullEvents;
  #inbox = "";
  #subscription: NatsSubscription;
  #asked = 0;
  #left = 0;
  #cancelWatch: () => void = () => undefined;

  constructor(link: NatsLink, clock: Clock, of: { readonly stream: string; readonly consumer: string }, events: PullEvents) {
    this.#link = link;
    this.#clock = clock;
    this.#stream = of.stream;
    this.#consumer = of.consumer;
    this.#events = events;
    this.#subscription = this.#subscribe();
  }

  /** Messages asked for that have not come. */
  get left(): number {
    return this.#left;
  }

  /** `wait: false`: ends as soon as there is nothing. */
  ask(count: number, options: { readonly wait: boolean } = { wait: true }): void {
    this.#left = count;
    this.#asked++;
    const expiresMs = Math.max(EXPIRES_MS, 3 * this.#link.answerWithinMs);
    const waiting = { expires: nanos(expiresMs), idle_heartbeat: nanos(this.#link.answerWithinMs / 3) };
    const question = { batch: count, ...(options.wait ? waiting : { no_wait: true }) };
    this.#link.pull(this.#stream, this.#consumer, question, `${this.#inbox}.${this.#asked}`);
    this.#watch();
  }

  /** What was asked for is not waited for any more. What comes of it after all is given on none the less. */
  forget(): void {
    this.#left = 0;
    this.#asked++;
    this.#cancelWatch();
  }

  /** What was asked for is taken back, so that it goes to others. What was delivered before is given on. */
  renew(): void {
    this.forget();
    const before = this.#subscription;
    this.#subscription = this.#subscribe();
    void this.#end(before);
  }

  /** When it resolves, all that was delivered has been given on. */
  close(): Promise<void> {
    this.forget();
    return this.#end(this.#subscription);
  }

  #subscribe(): NatsSubscription {
    this.#inbox = `${this.#link.inboxPrefix}.${randomId()}`;
    return this.#link.subscribe(`${this.#inbox}.*`, (error, message) => this.#on(error, message));
  }

  async #end(subscription: NatsSubscription): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(this.#link.answerWithinMs, () => {
      subscription.unsubscribe();
      resolve();
    });
    subscription.drain().then(
      async () => {
        // Servers before 2.10, when all that asked have gone, count a redelivery back as if it were new, and deliver what was
        // acknowledged behind it. They forget who has gone when they are asked how many wait.
        await consumerInfo(this.#link, this.#stream, this.#consumer).catch(() => undefined);
        resolve();
      },
      () => resolve(),
    );
    await promise;
    cancel();
  }

  #on(error: Error | null, message: NatsMessage): void {
    if (error !== null) return this.#lose(error);
    // Looked for first: whoever sends a message may have given it a status.
    const taken = takenFrom(message, this.#stream, this.#consumer, KEY_HEADER);
    if (taken !== undefined) return this.#take(taken);
    const { code = 0 } = message.headers ?? {};
    if (code === 0 || message.subject !== `${this.#inbox}.${this.#asked}` || this.#left === 0) return;
    if (code === STATUS.heartbeat) {
      this.#watch();
      return this.#events.onAlive?.();
    }
    if (code !== STATUS.none && code !== STATUS.over) return this.#lose(new Error(`${code} ${message.headers?.description ?? ""}`));
    this.forget();
    this.#events.onEnd();
  }

  #take(taken: Taken): void {
    const isLast = this.#left === 1;
    if (this.#left > 0) this.#left--;
    if (this.#left > 0) this.#watch();
    else this.#cancelWatch();
    this.#events.onTaken(taken);
    if (isLast) this.#events.onEnd();
  }

  #watch(): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#clock.after(this.#link.answerWithinMs, () => this.#lose(undefined));
  }

  #lose(error: unknown): void {
    this.forget();
    this.#events.onLost(error);
  }
}

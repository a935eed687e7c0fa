// Whose turn it is in an ordered group, of which one member at a time delivers, and what the group has delayed: without
// that, whoever comes next could not tell what must wait (PSN-09). The turn is a message of its own that whoever has it does
// not settle; when nobody hears of them, the server gives it to the next.
import type { Clock } from "../ports/clock.ts";
import { Timers } from "../ports/timers.ts";
import { isForbidden, isNoResponder, isUnknown } from "./failure.ts";
import { consumerConfigOf, consumerInfo, type ConsumerInfo, joinGroup, unfitConsumer } from "./group.ts";
import type { NatsLink } from "./link.ts";
import type { OrderNames } from "./names.ts";
import { orderConfigOf, type OrderWants, unfitOrder } from "./order-stream.ts";
import { Pull, type PullEvents } from "./pull.ts";
import { declareStream, streamInfo } from "./stream.ts";
import { refuseUnfit } from "./unfit.ts";

export interface TurnEvents {
  readonly onGained: () => void;
  readonly onLost: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface Delayed {
  readonly seq: number;
  readonly key: string | undefined;
}

export const TURN_CONSUMER = "turn";
const NO_KEY = "-";
const STORE_FAILED = 10077;
const UNKNOWN_STREAM = 10059;
const AGAIN_MS = 500;
/** Of the lease: after how much of it it is said that one is there, and after how much one has to have been heard. */
const SHARE = { say: 0.25, end: 0.75 };
const LISTED_AT_ONCE = 100_000;

export class Turn {
  readonly #link: NatsLink;
  readonly #clock: Clock;
  readonly #names: OrderNames;
  readonly #wants: OrderWants;
  readonly #leaseMs: number;
  readonly #events: TurnEvents;
  #pull: Pull | undefined;
  #reply: string | undefined;
  #untilMs = 0;
  #closed = false;
  readonly #timers: Timers;

  constructor(parts: {
    readonly link: NatsLink;
    readonly clock: Clock;
    readonly names: OrderNames;
    readonly wants: OrderWants;
    readonly leaseMs: number;
    readonly events: TurnEvents;
  }) {
    this.#link = parts.link;
    this.#clock = parts.clock;
    this.#timers = new Timers(parts.clock);
    this.#names = parts.names;
    this.#wants = parts.wants;
    this.#leaseMs = parts.leaseMs;
    this.#events = parts.events;
  }

  /** Also by the time: a process that stood still may hear of that before its timers do. */
  get isOwn(): boolean {
    return this.#reply !== undefined && this.#clock.now() < this.#untilMs;
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*` */
  async join(): Promise<void> {
    const { stream, turn } = this.#names;
    const config = { ...consumerConfigOf(TURN_CONSUMER, this.#leaseMs), filter_subject: turn };
    const joined = (): Promise<ConsumerInfo> => joinGroup(this.#link, stream, TURN_CONSUMER, config);
    const found = await joined().catch(async (error: unknown) => {
      if (!isUnknown(error, UNKNOWN_STREAM)) throw error;
      await declareStream(this.#link, stream, orderConfigOf(this.#names, this.#wants));
      return joined();
    });
    const info = await streamInfo(this.#link, this.#names);
    if (info !== undefined) refuseUnfit(unfitOrder(info.config, this.#names, this.#wants));
    // With a shorter time there, two could have the turn.
    refuseUnfit(unfitConsumer(found.config, { stream, consumer: TURN_CONSUMER, ackWaitMs: this.#leaseMs, filter: turn }));
    try {
      await this.#link.store({ stream, subject: turn }, "");
    } catch (error) {
      // There is one.
      if (!isUnknown(error, STORE_FAILED)) throw error;
    }
  }

  /** Waits for the turn, for as long as it takes. */
  wait(): void {
    this.#pull ??= this.#pullFor({
      onTaken: ({ reply }) => this.#gained(reply),
      onEnd: () => this.#ask(),
      onLost: (error) => this.#failed(error),
    });
    this.#ask();
  }

  /** Somebody has it. It is not taken from anyone, and given back at once where nobody has it. */
  async isTaken(): Promise<boolean> {
    if (!(await this.#exists())) return false;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const pull = this.#pullFor({
      onTaken: ({ reply }) => resolve(reply),
      onEnd: () => resolve(undefined),
      onLost: () => resolve(undefined),
    });
    pull.ask(1, { wait: false });
    const reply = await promise;
    await pull.close();
    if (reply !== undefined) await this.#link.settle(reply, "-NAK");
    return reply === undefined;
  }

  /** Who may not ask is of a group that nobody orders. */
  async #exists(): Promise<boolean> {
    try {
      return (await consumerInfo(this.#link, this.#names.stream, TURN_CONSUMER)) !== undefined;
    } catch (error) {
      if (isUnknown(error, UNKNOWN_STREAM) || isForbidden(error)) return false;
      throw error;
    }
  }

  /** Written down before it is delayed, so that whoever comes next knows. */
  async remember({ seq, key }: Delayed): Promise<void> {
    try {
      await this.#link.store({ stream: this.#names.stream, subject: `${this.#names.later}.${seq}.${key ?? NO_KEY}` }, "");
    } catch (error) {
      if (!isUnknown(error, STORE_FAILED)) throw error;
    }
  }

  /** It has come again, and is not delayed any more. */
  async forget({ seq, key }: Delayed): Promise<void> {
    await this.#link.api(`STREAM.PURGE.${this.#names.stream}`, { filter: `${this.#names.later}.${seq}.${key ?? NO_KEY}` });
  }

  async delayed(): Promise<readonly Delayed[]> {
    const found: Delayed[] = [];
    for (;;) {
      const question = { subjects_filter: `${this.#names.later}.>`, offset: found.length };
      const { state } = await this.#link.api<{ state: { subjects?: Record<string, number> } }>(
        `STREAM.INFO.${this.#names.stream}`,
        question,
      );
      const page = Object.keys(state.subjects ?? {});
      for (const subject of page) {
        const [seq = "", key] = subject.split(".").slice(-2);
        found.push({ seq: Number(seq), key: key === NO_KEY ? undefined : key });
      }
      if (page.length < LISTED_AT_ONCE) return found;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.end();
    const reply = this.#reply;
    this.#reply = undefined;
    await this.#pull?.close();
    if (reply !== undefined) await this.#link.settle(reply, "-NAK").catch(() => undefined);
  }

  #pullFor(events: PullEvents): Pull {
    return new Pull(this.#link, this.#clock, { stream: this.#names.stream, consumer: TURN_CONSUMER }, events);
  }

  #ask(): void {
    if (!this.#closed && this.#reply === undefined && this.#pull?.left === 0) this.#pull.ask(1);
  }

  #gained(reply: string): void {
    if (this.#closed) return this.#link.say(reply, "-NAK");
    const wasOwn = this.#reply !== undefined;
    this.#reply = reply;
    this.#heard(this.#clock.now());
    if (!wasOwn) this.#events.onGained();
  }

  #heard(askedAtMs: number): void {
    const lastsMs = SHARE.end * this.#leaseMs;
    this.#untilMs = askedAtMs + lastsMs;
    this.#timers.set("lose", this.#untilMs - this.#clock.now(), () => this.#lose());
    this.#timers.set("say", SHARE.say * this.#leaseMs, () => void this.#say());
  }

  async #say(): Promise<void> {
    const reply = this.#reply;
    if (reply === undefined) return;
    const askedAtMs = this.#clock.now();
    try {
      await this.#link.settle(reply, "+WPI");
      if (this.#reply === reply && !this.#closed) this.#heard(askedAtMs);
    } catch (error) {
      if (this.#reply !== reply || this.#closed) return;
      this.#events.onFailure(error);
      if (isNoResponder(error)) this.#lose();
      else this.#timers.set("say", AGAIN_MS, () => void this.#say());
    }
  }

  #lose(): void {
    if (this.#reply === undefined) return;
    this.#reply = undefined;
    this.#timers.cancel("say");
    this.#timers.cancel("lose");
    this.#events.onLost();
    this.#failed(undefined);
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    this.#events.onFailure(error);
    // The stream may be gone, and the turn with it.
    this.#timers.set(
      "ask",
      AGAIN_MS,
      () =>
        void this.join().then(
          () => this.#ask(),
          (again: unknown) => this.#failed(again),
        ),
    );
  }
}

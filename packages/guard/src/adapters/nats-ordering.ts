// When a member of a group on NATS may take and deliver: at any time, or, ordered by key, while it is its turn and it knows
// all that was taken before and is not settled.
import type { Clock } from "../ports/clock.ts";
import type { Taken } from "../nats/delivery.ts";
import { isUnknown } from "../nats/failure.ts";
import { consumerInfo } from "../nats/group.ts";
import type { KeyOrder } from "../nats/key-order.ts";
import type { NatsLink } from "../nats/link.ts";
import type { Pull } from "../nats/pull.ts";
import type { Turn, TurnEvents } from "../nats/turn.ts";

export interface OrderingParts {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly stream: string;
  readonly consumer: string;
  readonly order: KeyOrder;
  readonly pull: Pull;
  readonly out: ReadonlyMap<number, Taken>;
  readonly turn: (events: TurnEvents) => Turn;
}

export interface OrderingEvents {
  /** From now on this member may deliver. */
  readonly onReady: () => void;
  readonly onLost: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface Ordering {
  readonly isOrdered: boolean;
  readonly mayDeliver: boolean;
  /** Whether to say when it comes again. */
  readonly mayPostpone: boolean;
  takes(taken: Taken): boolean;
  start(): Promise<void>;
  /** A request is over. True when that was waited for here. */
  ended(): boolean;
  remember(taken: Taken): Promise<void>;
  forget(taken: Taken): Promise<void>;
  /** What is delayed and does not exist any more holds nothing up. */
  lookAfterDelayed(): void;
  close(): Promise<void>;
}

const LOOK_MS = { first: 20, most: 1000 };
const PASS = { few: 16, many: 256 };
const LOOKED_AFTER = 16;
const NO_MESSAGE = 10037;

/** While an ordered member has the group, others wait. */
export class Free implements Ordering {
  readonly isOrdered = false;
  readonly mayPostpone = true;
  readonly #parts: OrderingParts;
  readonly #events: OrderingEvents;
  readonly #turn: Turn;
  #isFree = false;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: OrderingParts, events: OrderingEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#turn = parts.turn({ onGained: () => undefined, onLost: () => undefined, onFailure: events.onFailure });
  }

  get mayDeliver(): boolean {
    return this.#isFree;
  }

  takes(): boolean {
    return this.#isFree;
  }

  async start(): Promise<void> {
    this.#isFree = !(await this.#turn.isTaken());
    if (this.#isFree) this.#events.onReady();
    else if (!this.#closed) this.#again();
  }

  #again(): void {
    this.#cancel = this.#parts.clock.after(LOOK_MS.most, () => {
      this.start().catch((error: unknown) => {
        this.#events.onFailure(error);
        if (!this.#closed) this.#again();
      });
    });
  }

  ended(): boolean {
    return false;
  }

  async remember(): Promise<void> {}

  async forget(): Promise<void> {}

  lookAfterDelayed(): void {}

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#turn.close();
  }
}

export class Ordered implements Ordering {
  readonly isOrdered = true;
  readonly #parts: OrderingParts;
  readonly #events: OrderingEvents;
  readonly #turn: Turn;
  #state: "waiting" | "learning" | "knowing" | "closed" = "waiting";
  /** Which turn this is, so that what belongs to an earlier one ends. */
  #turns = 0;
  #cameAgain = 0;
  #onEnd: (() => void) | undefined;
  #wakeUp: () => void = () => undefined;

  constructor(parts: OrderingParts, events: OrderingEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#turn = parts.turn({
      onGained: () => void this.#learn(),
      onLost: () => this.#lost(),
      onFailure: events.onFailure,
    });
  }

  get mayDeliver(): boolean {
    return this.#state === "knowing" && this.#turn.isOwn;
  }

  get mayPostpone(): boolean {
    return this.#turn.isOwn;
  }

  takes({ deliveries }: Taken): boolean {
    if (this.#state !== "learning" && this.#state !== "knowing") return false;
    if (deliveries > 1) this.#cameAgain++;
    return true;
  }

  async start(): Promise<void> {
    await this.#turn.join();
    this.#turn.wait();
  }

  ended(): boolean {
    if (this.#state === "knowing") return false;
    this.#onEnd?.();
    return true;
  }

  remember(taken: Taken): Promise<void> {
    return this.#turn.remember(taken);
  }

  forget(taken: Taken): Promise<void> {
    return this.#turn.forget(taken);
  }

  lookAfterDelayed(): void {
    const { order, link, stream } = this.#parts;
    if (!this.mayDeliver) return;
    for (const { seq, key } of order.delayed(LOOKED_AFTER)) {
      link.api(`STREAM.MSG.GET.${stream}`, { seq }).catch(async (error: unknown) => {
        if (!isUnknown(error, NO_MESSAGE) || !this.mayDeliver || !order.isDelayed(seq)) return;
        order.settle(seq);
        this.#events.onReady();
        await this.#turn.forget({ seq, key }).catch(() => undefined);
      });
    }
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#wakeUp();
    this.#onEnd?.();
    await this.#turn.close();
  }

  #lost(): void {
    if (this.#state === "closed") return;
    this.#state = "waiting";
    this.#parts.order.clear();
    this.#events.onLost();
    this.#wakeUp();
    this.#onEnd?.();
  }

  /**
   * What an earlier turn has taken comes again when its time is over, and nothing is delivered before all of it is known:
   * as many as the server says are out or delayed. What is delayed was written down.
   */
  async #learn(): Promise<void> {
    const { order, out, clock } = this.#parts;
    if (this.#state === "closed") return;
    this.#state = "learning";
    const turn = ++this.#turns;
    const isOver = (): boolean => this.#state !== "learning" || this.#turns !== turn;
    order.clear();
    for (const taken of out.values()) order.addOut(taken);
    let listed = false;
    for (let waitMs = LOOK_MS.first, count = PASS.few; ; waitMs = Math.min(waitMs * 2, LOOK_MS.most)) {
      try {
        if (!listed) for (const { seq, key } of await this.#turn.delayed()) order.addDelayed(seq, key);
        listed = true;
        if (isOver()) return;
        const before = this.#cameAgain;
        await this.#pass(count);
        if (isOver()) return;
        if (await this.#knowsAll()) break;
        count = this.#cameAgain > before ? PASS.many : PASS.few;
        if (count === PASS.many) waitMs = LOOK_MS.first;
      } catch (error) {
        this.#events.onFailure(error);
      }
      if (isOver()) return;
      await this.#wait(clock, waitMs);
      if (isOver()) return;
    }
    if (isOver()) return;
    this.#state = "knowing";
    this.#events.onReady();
  }

  /** Asks for what may be had at once; what comes again comes first. */
  async #pass(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEnd = resolve;
    this.#parts.pull.ask(count, { wait: false });
    await promise;
    this.#onEnd = undefined;
  }

  async #knowsAll(): Promise<boolean> {
    const { link, stream, consumer, order } = this.#parts;
    // Before it is asked: what comes after that is not among what the answer counts.
    const known = order.size;
    const info = await consumerInfo(link, stream, consumer);
    // Whoever waits there is a member that asks for no order, and has not seen yet that this one does.
    return info !== undefined && info.num_ack_pending <= known && info.num_waiting === 0;
  }

  async #wait(clock: Clock, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(ms, resolve);
    this.#wakeUp = resolve;
    await promise;
    cancel();
  }
}

// What a member has from the broker on one channel. It is the channel's, and gone with it: the broker delivers it again.
import { answered, type Patience } from "../rabbitmq/answered.ts";
import type { AmqpChannel, Arrived } from "../rabbitmq/channel.ts";
import { transportError } from "../rabbitmq/failure.ts";
import { RoundTrips } from "../rabbitmq/round-trips.ts";
import { MemoryGroup, type Pending } from "./memory-group.ts";

export class RabbitMqSession {
  isOver = false;
  readonly #channel: AmqpChannel;
  readonly #patience: Patience;
  readonly #trips: RoundTrips;
  readonly #waiting = new MemoryGroup<never>();
  readonly #arrived = new Map<number, Arrived>();
  readonly #out = new Set<Pending>();
  /** Told to the broker, which has not been heard of since. */
  readonly #acknowledged = new Set<Pending>();
  #turn: number | undefined;

  constructor(channel: AmqpChannel, patience: Patience, ordersByKey: boolean) {
    this.#channel = channel;
    this.#patience = patience;
    this.#trips = new RoundTrips(() => channel.roundTrip());
    this.#waiting.order(ordersByKey);
  }

  get out(): number {
    return this.#out.size;
  }

  add(arrived: Arrived): void {
    const { tag, bytes, id = "", key } = arrived;
    this.#arrived.set(tag, arrived);
    this.#waiting.add({ message: { id, destination: "", key, bytes }, enqueuedAtMs: 0, seq: tag });
  }

  /** One token is kept for as long as it is this member's turn, the newest. True when the turn begins. */
  takeTurn(tag: number): boolean {
    const before = this.#turn;
    this.#turn = tag;
    if (before !== undefined) this.#channel.acknowledge(before);
    return before === undefined;
  }

  take(most: number, nowMs: number): readonly Pending[] {
    const taken = this.#waiting.take(most, nowMs);
    for (const pending of taken) this.#out.add(pending);
    return taken;
  }

  nextDueMs(): number | undefined {
    return this.#waiting.nextDueMs();
  }

  has(pending: Pending): boolean {
    return !this.isOver && this.#out.has(pending);
  }

  arrived(pending: Pending): Arrived {
    return this.#arrived.get(pending.stored.seq) as Arrived;
  }

  /** Until its time it stays with this channel, and others of its key behind it. */
  keepBack(pending: Pending, dueMs: number): void {
    this.#out.delete(pending);
    this.#waiting.giveBack(pending, dueMs);
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_UNAVAILABLE`, and then it may be asked again. */
  async acknowledge(pending: Pending): Promise<void> {
    try {
      // A second time would be an error that closes the channel.
      if (!this.#acknowledged.has(pending)) this.#channel.acknowledge(pending.stored.seq);
      this.#acknowledged.add(pending);
      await this.heard();
    } catch (error) {
      throw transportError(error);
    }
    this.#acknowledged.delete(pending);
    this.#out.delete(pending);
    this.#arrived.delete(pending.stored.seq);
    this.#waiting.settle(pending);
  }

  /** Resolves when the broker has answered. */
  async heard(): Promise<void> {
    await answered(this.#trips.after(), this.#patience);
  }

  async close(): Promise<void> {
    this.isOver = true;
    await answered(this.#channel.close(), this.#patience).catch(() => undefined);
  }
}

// One member of a group on RabbitMQ: when it joins, and joins again, and what it gives out.
import { type ErrorCode, isSallyportError, type SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { Timers } from "../ports/timers.ts";
import type { Delivery, ReceiveOptions, Subscription } from "../ports/transport.ts";
import { answered, openWithin } from "../rabbitmq/answered.ts";
import type { AmqpChannel, AmqpConnection } from "../rabbitmq/channel.ts";
import { check, declare } from "../rabbitmq/declaring.ts";
import { isForbidden, transportError } from "../rabbitmq/failure.ts";
import type { GroupNames } from "../rabbitmq/names.ts";
import type { Publishing } from "../rabbitmq/publishing.ts";
import type { Retries } from "../rabbitmq/retries.ts";
import { ofDestination, ofGroup, ofTurn, TURN } from "../rabbitmq/topology.ts";
import type { Pending } from "./memory-group.ts";
import { RabbitMqSession } from "./rabbitmq-session.ts";

export interface MemberParts {
  readonly connection: AmqpConnection;
  readonly publishing: Publishing;
  readonly retries: Retries;
  readonly names: GroupNames;
  readonly declares: boolean;
  readonly orderWindow: number;
  readonly newQueueMs: number;
  readonly answerWithinMs: number;
  readonly clock: Clock;
  readonly onClose: (member: RabbitMqMember) => void;
}

const AGAIN_MS = { first: 50, most: 2000 };
/** Well below the half hour after which the broker takes back what is out. */
const TURN_MS = 300_000;
/** What a timer of the system can wait for; then it is looked again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class RabbitMqMember implements Subscription {
  readonly #parts: MemberParts;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #timers: Timers;
  readonly #isOrdered: boolean;
  #session: RabbitMqSession | undefined;
  #joining: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #paused = false;
  #scheduled = false;
  #againMs = AGAIN_MS.first;

  constructor(parts: MemberParts, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void) {
    this.#parts = parts;
    this.#timers = new Timers(parts.clock);
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#isOrdered = options.ordering === "key";
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*`, `ERR_CONFIG_CAPABILITY` when the broker's queues are not what is needed. */
  join(): Promise<void> {
    this.#joining = this.#join();
    return this.#joining;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#timers.end();
    await this.#joining.catch(() => undefined);
    await this.#session?.close();
    this.#parts.onClose(this);
  }

  async #join(): Promise<void> {
    let session: RabbitMqSession | undefined;
    try {
      await this.#prepare();
      const channel = await openWithin(this.#parts, { onLost: (why) => session !== undefined && this.#lost(session, why) });
      session = new RabbitMqSession(channel, this.#parts, this.#isOrdered);
      await answered(this.#consume(channel, session), this.#parts);
    } catch (error) {
      await session?.close();
      throw transportError(error);
    }
    if (session.isOver) throw transportError(new Error("the channel was closed while it joined"));
    this.#session = session;
    this.#againMs = AGAIN_MS.first;
    this.#options.onFetch?.(undefined);
    this.#listen(session);
    this.#wake();
  }

  async #prepare(): Promise<void> {
    const { names, declares } = this.#parts;
    const [destination, group] = [ofDestination(names.exchange), [...ofGroup(names), ...(this.#isOrdered ? ofTurn(names) : [])]];
    if (!declares) return check(this.#parts, [...destination, ...group]);
    try {
      await declare(this.#parts, destination);
    } catch (error) {
      // Who may not declare it needs it to be there: without it, binding to it fails.
      if (!isForbidden(error)) throw error;
    }
    await declare(this.#parts, group);
  }

  async #consume(channel: AmqpChannel, session: RabbitMqSession): Promise<void> {
    const { names, orderWindow } = this.#parts;
    const consume = (most: number): Promise<unknown> =>
      channel.consume(names.queue, most, (arrived) => {
        session.add(arrived);
        this.#wake();
      });
    if (!this.#isOrdered) return void (await consume(this.#options.prefetch));
    await channel.consume(names.turn, 0, ({ tag }) => {
      // What fails here closes the channel, and of that it is told.
      if (session.takeTurn(tag)) consume(orderWindow).catch(() => undefined);
    });
    await this.#passTurn();
  }

  /** Whoever's turn it is gets it, and so does whoever comes after them. */
  #passTurn(): Promise<void> {
    const { publishing, names } = this.#parts;
    return publishing.publish([{ exchange: names.queue, routingKey: TURN, bytes: new Uint8Array(0), id: TURN, key: undefined }]);
  }

  #lost(session: RabbitMqSession, why: unknown): void {
    // What was only ended by the broker is open, and has what it has, until it is closed.
    void session.close();
    if (this.#session !== session || this.#closing !== undefined) return;
    this.#session = undefined;
    this.#timers.cancelAll();
    this.#options.onFetch?.(...told(transportError(why)));
    this.#again();
  }

  #again(): void {
    this.#timers.set("again", this.#againMs, () => {
      this.#againMs = Math.min(this.#againMs * 2, AGAIN_MS.most);
      this.join().catch((error: unknown) => {
        this.#options.onFetch?.(...told(error));
        this.#again();
      });
    });
  }

  /** A broker that is there and does not answer, or a connection that leads nowhere, says nothing by itself. */
  #listen(session: RabbitMqSession): void {
    const { answerWithinMs, clock } = this.#parts;
    const listen = (): void =>
      this.#timers.set("listen", answerWithinMs, () => {
        const tell = (...how: readonly [ErrorCode | undefined, SallyportError?]): void => {
          if (this.#session !== session) return;
          this.#options.onFetch?.(...how);
          listen();
        };
        session.heard().then(
          () => tell(undefined),
          (error: unknown) => tell(...told(error)),
        );
      });
    listen();
    if (!this.#isOrdered) return;
    const passAt = (dueMs: number): void =>
      this.#timers.set("turn", Math.max(dueMs - clock.now(), 0), () => {
        void this.#passTurn().catch(() => undefined);
        passAt(clock.now() + TURN_MS);
      });
    passAt(clock.now() + TURN_MS);
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#session !== undefined && !this.#paused && this.#closing === undefined) this.#give(this.#session);
    });
  }

  #give(session: RabbitMqSession): void {
    const nowMs = this.#parts.clock.now();
    const taken = session.take(this.#options.prefetch - session.out, nowMs);
    const dueMs = session.nextDueMs();
    if (dueMs !== undefined) this.#timers.set("due", Math.min(dueMs - nowMs, LONGEST_TIMER_MS), () => this.#wake());
    if (taken.length > 0) this.#onDeliveries(taken.map((pending) => this.#deliver(session, pending)));
  }

  #deliver(session: RabbitMqSession, pending: Pending): Delivery {
    const { retries, names, clock } = this.#parts;
    const arrived = session.arrived(pending);
    let isParked = false;
    const settle = async (park: () => Promise<void>): Promise<void> => {
      // What the channel had is the broker's again, and comes again.
      if (!session.has(pending)) return;
      await park();
      await session.acknowledge(pending);
      this.#wake();
    };
    return {
      bytes: arrived.bytes,
      destination: this.#options.destination,
      // The broker has no handle of a message that outlives its delivery.
      brokerId: arrived.id ?? "",
      ack: () => settle(async () => undefined),
      retryAfter: async (delayMs) => {
        if (!this.#isOrdered) {
          return settle(async () => {
            if (!isParked) await retries.park(names, arrived, delayMs);
            isParked = true;
          });
        }
        if (session.has(pending)) session.keepBack(pending, clock.now() + delayMs);
        this.#wake();
      },
    };
  }
}

const told = (error: unknown): readonly [ErrorCode, SallyportError?] =>
  isSallyportError(error) ? [error.code, error] : ["ERR_TRANSPORT_UNAVAILABLE"];

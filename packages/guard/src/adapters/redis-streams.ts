// Redis Streams: a stream for each destination, a consumer group for each group. What a group has taken and not settled,
// what is delayed and what waits behind its key is kept in Redis, by scripts that are carried out whole or not at all.
import { isSallyportError, SallyportError } from "../errors.ts";
import type { BrowsedPage, BrowseOptions, Browser } from "../ports/browser.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { sayOnce } from "../ports/say-once.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import { type RedisStreamsClient, StreamConnection } from "../redis/stream-connection.ts";
import { StreamGroup } from "../redis/stream-group.ts";
import { namesOf, refusePrefix } from "../redis/stream-names.ts";
import { StreamOutbox } from "../redis/stream-outbox.ts";
import { refuseUnfitServer } from "../redis/stream-server.ts";
import { BROWSE } from "../redis/stream-settle-scripts.ts";
import { RedisStreamsMember } from "./redis-streams-member.ts";

export type { IoRedisClient, NodeRedisClient, RedisStreamsClient } from "../redis/stream-connection.ts";

export interface RedisStreamsOptions {
  /** Before every key: a stream is named `prefix:{destination}`. Default `sallyport`. */
  readonly prefix?: string;
  /** How long a message is kept that every group of its stream has settled; `Infinity` for ever. Default seven days. */
  readonly retentionMs?: number;
  /**
   * A member that has not been heard of for this long loses its deliveries to others. Default 45 s. Keep it above the
   * consumers' `leaseMs`: below it, what comes again is only found to be claimed, and waits for longer.
   */
  readonly reclaimAfterMs?: number;
  /**
   * Whether the server's ids are the time at which it took a message. Whoever may XADD may choose the id, and with it the
   * time: say true only where nobody may but publishers of this library, which leave it to the server (REP-09). Default false.
   */
  readonly vouchesEnqueueTime?: boolean;
  /** False where confirmed messages may be lost with the server's process. Default true, and a server that does not persist is refused. */
  readonly persists?: boolean;
  /** After this without an answer the broker is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
  /** For waiting alone: whatever else is a time is the server's. */
  readonly clock?: Clock;
}

const DAY_MS = 86_400_000;

export class RedisStreamsTransport implements Transport, Browser {
  readonly name = "redis-streams";
  readonly capabilities: Capabilities;
  readonly #connection: StreamConnection;
  readonly #outbox: StreamOutbox;
  readonly #options: RedisStreamsOptions;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #members = new Set<RedisStreamsMember>();
  readonly #sayGone = sayOnce("Redis removed messages that were not settled, or a group was settled by other means");
  #checked: Promise<void> | undefined;

  /**
   * The client is for commands; of it a duplicate is made for every subscription, which is what waits.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for a client or an option that cannot be used.
   */
  constructor(client: RedisStreamsClient, options: RedisStreamsOptions = {}) {
    const { prefix = "sallyport", retentionMs = 7 * DAY_MS, answerWithinMs = 5000, clock = systemClock } = options;
    refusePrefix(prefix);
    refuseNoTime("retentionMs", retentionMs);
    refuseNoTime("reclaimAfterMs", options.reclaimAfterMs ?? 1);
    this.#connection = new StreamConnection(client, { answerWithinMs, clock });
    this.#outbox = new StreamOutbox(this.#connection);
    this.#options = options;
    this.#clock = clock;
    this.#prefix = prefix;
    this.capabilities = {
      acknowledges: true,
      delayedRetry: true,
      vouchesEnqueueTime: options.vouchesEnqueueTime ?? false,
      ordersByKey: true,
      persists: options.persists ?? true,
      retentionMs: retentionMs === Infinity ? undefined : retentionMs,
    };
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const added = messages.map(({ destination, key, bytes }) => {
      const { stream } = namesOf(this.#prefix, destination);
      // A view: a buffer made of an array is a copy.
      return { stream, key, body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
    });
    await this.#check();
    const results = await Promise.allSettled(added.map(({ stream, ...addition }) => this.#outbox.add(stream, addition)));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    if (failures.length === 0) return;
    const unsure = failures.find((reason) => !(isSallyportError(reason) && reason.code === "ERR_TRANSPORT_REFUSED"));
    if (unsure !== undefined) throw unsure;
    if (failures.length === messages.length) throw failures[0];
    // Of a batch of which some were taken it cannot be said that nothing was published.
    throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "Redis took some of the messages and refused others", {
      remedy: "See the cause.",
      cause: failures[0],
    });
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    const names = namesOf(this.#prefix, options.destination);
    const { reclaimAfterMs = 45_000 } = this.#options;
    const { vouchesEnqueueTime, retentionMs } = this.capabilities;
    await this.#check();
    const group = new StreamGroup(this.#connection, names, options.group, reclaimAfterMs);
    await group.join();
    const parts = { connection: this.#connection, group, clock: this.#clock, reclaimAfterMs, vouchesEnqueueTime, retentionMs };
    const onGone = (): void => this.#sayGone(new Error(`destination ${options.destination}, group ${options.group}`));
    const onClose = (closed: RedisStreamsMember): void => void this.#members.delete(closed);
    const member = new RedisStreamsMember({ ...parts, onGone, onClose }, options, onDeliveries);
    this.#members.add(member);
    member.start();
    return member;
  }

  async browse({ destination, after, most }: BrowseOptions): Promise<BrowsedPage> {
    const { stream, removed } = namesOf(this.#prefix, destination);
    const args = [positionOf(after), String(most + 1)];
    const answer = await this.#connection.runReading(BROWSE, [stream, removed], args);
    const [entries, gap] = answer as readonly [readonly (readonly [Buffer, Buffer])[], number];
    const messages = entries.slice(0, most).map(([id, bytes]) => ({ bytes: new Uint8Array(bytes), position: String(id) }));
    return { messages, hasMore: entries.length > most, gap: Number(gap) === 1 };
  }

  /** The client stays as it is: it is the user's to close. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
  }

  #check(): Promise<void> {
    if (this.#checked === undefined) {
      this.#checked = refuseUnfitServer(this.#connection, this.capabilities.persists);
      this.#checked.catch(() => (this.#checked = undefined));
    }
    return this.#checked;
  }
}

const LARGEST = 2n ** 64n - 1n;

function positionOf(after: string | undefined): string {
  if (after === undefined) return "";
  const parts = /^(\d{1,20})-(\d{1,20})$/.exec(after)?.slice(1) ?? [];
  if (parts.length === 2 && parts.every((part) => BigInt(part) <= LARGEST)) return after;
  throw new SallyportError("ERR_REQUEST_INVALID", "the position is not one of this broker's");
}

function refuseNoTime(name: string, ms: number): void {
  if (ms > 0) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${name} is no time`, {
    place: "the Redis transport's options",
    remedy: "Give a number of milliseconds above 0.",
  });
}

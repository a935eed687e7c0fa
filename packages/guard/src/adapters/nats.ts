// NATS JetStream: a stream for each destination, a durable consumer for each group. What a group has taken and not settled,
// and what is delayed, is kept by the server; whose turn it is in an ordered group, too.
import { isSallyportError, SallyportError } from "../errors.ts";
import type { NatsClient } from "../nats/client.ts";
import { consumerConfigOf, consumerInfo, joinGroup, unfitConsumer } from "../nats/group.ts";
import { isUnknown } from "../nats/failure.ts";
import { NatsLink } from "../nats/link.ts";
import { namesOf, refusePrefix, type NatsNames } from "../nats/names.ts";
import { declareStream, streamConfigOf, streamInfo, type StreamInfo, UNKNOWN_STREAM, unfitStream } from "../nats/stream.ts";
import { unfitOrder } from "../nats/order-stream.ts";
import { Turn, TURN_CONSUMER } from "../nats/turn.ts";
import { refuseUnfit, type Unfit } from "../nats/unfit.ts";
import type { BrowsedPage, BrowseOptions, Browser } from "../ports/browser.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import { NatsMember } from "./nats-member.ts";

export { namesOf as natsNamesOf } from "../nats/names.ts";
export type { NatsNames } from "../nats/names.ts";
export type { Unfit } from "../nats/unfit.ts";
export type { NatsClient, NatsConnection, NatsHeaders, NatsMessage, NatsSubscription } from "../nats/client.ts";

export interface NatsOptions {
  /** Of every stream and subject: a destination's are `prefix-{destination}` and `prefix.{destination}`. Default `sallyport`. */
  readonly prefix?: string;
  /** The streams' `max_age`, after which the server removes a message, settled or not; `Infinity` for ever. Default seven days. */
  readonly retentionMs?: number;
  /** The consumers' `ack_wait`: a member that has not been heard of for this long loses its deliveries to others. Default 45 s. */
  readonly reclaimAfterMs?: number;
  /** Fewer copies of a stream than this are refused. Default 1. */
  readonly replicas?: number;
  /** False where confirmed messages may be lost with the server's process. Default true, and a stream in memory is refused. */
  readonly persists?: boolean;
  /**
   * Whether the time that the server says it stored a message at is believed. Say false where others than the server may
   * publish to this user's inboxes (REP-09). Default true.
   */
  readonly vouchesEnqueueTime?: boolean;
  /** Where answers and deliveries come to. Nobody else should be allowed to publish or subscribe there. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Of JetStream's API: another where it is a domain's or imported. Default `$JS.API`. */
  readonly apiPrefix?: string;
  /** After this without an answer the broker is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
  readonly clock?: Clock;
}

export interface NatsGroup {
  readonly name: string;
  readonly ordering: "none" | "key";
}

const DAY_MS = 86_400_000;
const NO_MESSAGE = 10037;

export class NatsTransport implements Transport, Browser {
  readonly name = "nats";
  readonly capabilities: Capabilities;
  readonly #link: NatsLink;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #reclaimAfterMs: number;
  readonly #wants: { readonly retentionMs: number; readonly persists: boolean; readonly replicas: number };
  readonly #members = new Set<NatsMember>();
  readonly #checked = new Map<string, Promise<StreamInfo>>();

  /** @throws {SallyportError} `ERR_CONFIG_INVALID` for a client or an option that cannot be used. */
  constructor(client: NatsClient, options: NatsOptions = {}) {
    const { prefix = "sallyport", retentionMs = 7 * DAY_MS, reclaimAfterMs = 45_000, replicas = 1, persists = true } = options;
    const { inboxPrefix = "_INBOX", apiPrefix = "$JS.API", answerWithinMs = 5000, clock = systemClock } = options;
    refusePrefix(prefix);
    for (const [name, value] of Object.entries({ retentionMs, reclaimAfterMs, answerWithinMs, replicas })) refuseNoNumber(name, value);
    for (const [name, subject] of Object.entries({ inboxPrefix, apiPrefix })) refuseNoSubject(name, subject);
    this.#link = new NatsLink(client, { inboxPrefix, apiPrefix, answerWithinMs, clock });
    this.#clock = clock;
    this.#prefix = prefix;
    this.#reclaimAfterMs = reclaimAfterMs;
    this.#wants = { retentionMs, persists, replicas };
    this.capabilities = {
      acknowledges: true,
      delayedRetry: true,
      vouchesEnqueueTime: options.vouchesEnqueueTime ?? true,
      ordersByKey: true,
      persists,
      retentionMs: retentionMs === Infinity ? undefined : retentionMs,
    };
  }

  /** Creates the stream of a destination, and what its groups need. What is there already is left as it is, and must fit. */
  async declare(destination: string, groups: readonly NatsGroup[] = []): Promise<void> {
    const names = namesOf(this.#prefix, destination);
    await declareStream(this.#link, names.stream, streamConfigOf(names, this.#wants));
    await this.#fit(names);
    for (const { name, ordering } of groups) {
      await this.#join(names, names.consumerOf(name));
      const turn = this.#turn(names.orderOf(name), { onGained: () => undefined, onLost: () => undefined, onFailure: () => undefined });
      if (ordering === "key") await turn.join();
    }
  }

  /** All that is wrong with what `declare` creates, also for messages of `maxBytes`. Changes nothing. */
  async examine(destination: string, groups: readonly NatsGroup[] = [], maxBytes = 0): Promise<readonly Unfit[]> {
    const names = namesOf(this.#prefix, destination);
    const missing = (place: string): Unfit => ({
      place,
      what: "it is not there",
      breaks: "what is published is refused, or nobody can take it (PUB-11)",
      mend: "Declare it, see docs/adapters/nats.md",
      isMissing: true,
    });
    const info = await streamInfo(this.#link, names);
    if (info === undefined) return [missing(`the stream ${names.stream}`)];
    const found = [...unfitStream(info.config, names, { ...this.#wants, maxBytes })];
    for (const { name, ordering } of groups) {
      const order = names.orderOf(name);
      const turns = ordering === "key" ? await streamInfo(this.#link, order) : undefined;
      if (turns !== undefined) found.push(...unfitOrder(turns.config, order, this.#wants));
      const consumers = [
        { stream: names.stream, consumer: names.consumerOf(name) },
        ...(ordering === "key" ? [{ stream: order.stream, consumer: TURN_CONSUMER, filter: order.turn }] : []),
      ];
      for (const wanted of consumers) {
        const known = await consumerInfo(this.#link, wanted.stream, wanted.consumer).catch((error: unknown) => {
          if (isUnknown(error, UNKNOWN_STREAM)) return undefined;
          throw error;
        });
        if (known === undefined) found.push(missing(`the consumer ${wanted.consumer} of the stream ${wanted.stream}`));
        else found.push(...unfitConsumer(known.config, { ...wanted, ackWaitMs: this.#reclaimAfterMs }));
      }
    }
    return found;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const addressed = messages.map((message) => ({ ...message, names: namesOf(this.#prefix, message.destination) }));
    await Promise.all([...new Set(addressed.map(({ destination }) => destination))].map((destination) => this.#check(destination)));
    const results = await Promise.allSettled(addressed.map(({ names, bytes, key }) => this.#link.store(names, bytes, key)));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    if (failures.length === 0) return;
    const unsure = failures.find((reason) => !(isSallyportError(reason) && reason.code === "ERR_TRANSPORT_REFUSED"));
    if (unsure !== undefined) throw unsure;
    if (failures.length === messages.length) throw failures[0];
    // Of a batch of which some were taken it cannot be said that nothing was published.
    throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "NATS took some of the messages and refused others", {
      remedy: "See the cause.",
      cause: failures[0],
    });
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    const names = namesOf(this.#prefix, options.destination);
    const consumer = names.consumerOf(options.group);
    const join = async (): Promise<void> => {
      await this.#fit(names);
      await this.#join(names, consumer);
    };
    await join();
    const member = new NatsMember(
      {
        link: this.#link,
        clock: this.#clock,
        stream: names.stream,
        consumer,
        ackWaitMs: this.#reclaimAfterMs,
        vouchesEnqueueTime: this.capabilities.vouchesEnqueueTime,
        join,
        turn: (events) => this.#turn(names.orderOf(options.group), events),
        onClose: (closed) => void this.#members.delete(closed),
      },
      options,
      onDeliveries,
    );
    this.#members.add(member);
    try {
      await member.start();
    } catch (error) {
      await member.close();
      throw error;
    }
    return member;
  }

  async browse({ destination, after, most }: BrowseOptions): Promise<BrowsedPage> {
    const from = positionOf(after);
    const names = namesOf(this.#prefix, destination);
    const info = await streamInfo(this.#link, names);
    if (info === undefined) return { messages: [], hasMore: false, gap: from > 0 };
    const messages: { readonly bytes: Uint8Array; readonly position: string }[] = [];
    let [last, gap, hasMore] = [from, false, false];
    while (!hasMore && last < info.state.last_seq) {
      const next = await this.#next(names, last + 1);
      if (next === undefined) break;
      hasMore = messages.length === most;
      if (hasMore) break;
      if (from > 0 || messages.length > 0) gap ||= next.seq > last + 1;
      last = next.seq;
      messages.push({ bytes: new Uint8Array(Buffer.from(next.data ?? "", "base64")), position: String(next.seq) });
    }
    return { messages, hasMore, gap: gap || (from > 0 && messages.length === 0 && last < info.state.last_seq) };
  }

  /** The connection stays as it is: it is the user's to close. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
  }

  async #next({ stream, subject }: NatsNames, seq: number): Promise<{ readonly seq: number; readonly data?: string } | undefined> {
    try {
      const question = { seq, next_by_subj: subject };
      const { message } = await this.#link.api<{ message: { seq: number; data?: string } }>(`STREAM.MSG.GET.${stream}`, question);
      return message;
    } catch (error) {
      if (isUnknown(error, NO_MESSAGE)) return undefined;
      throw error;
    }
  }

  /** Once for each destination, until it is found to be fit. */
  #check(destination: string): Promise<StreamInfo> {
    let checked = this.#checked.get(destination);
    if (checked === undefined) {
      checked = this.#fit(namesOf(this.#prefix, destination));
      this.#checked.set(destination, checked);
      checked.catch(() => this.#checked.delete(destination));
    }
    return checked;
  }

  async #fit(names: NatsNames): Promise<StreamInfo> {
    const info = await streamInfo(this.#link, names);
    if (info === undefined) {
      throw new SallyportError("ERR_TRANSPORT_REFUSED", `NATS has no stream ${names.stream}`, {
        remedy: "Declare it, see docs/adapters/nats.md.",
      });
    }
    refuseUnfit(unfitStream(info.config, names, this.#wants));
    return info;
  }

  async #join({ stream }: NatsNames, consumer: string): Promise<void> {
    const { config } = await joinGroup(this.#link, stream, consumer, consumerConfigOf(consumer, this.#reclaimAfterMs));
    refuseUnfit(unfitConsumer(config, { stream, consumer, ackWaitMs: this.#reclaimAfterMs }));
  }

  #turn(names: ReturnType<NatsNames["orderOf"]>, events: ConstructorParameters<typeof Turn>[0]["events"]): Turn {
    return new Turn({ link: this.#link, clock: this.#clock, names, wants: this.#wants, leaseMs: this.#reclaimAfterMs, events });
  }
}

function positionOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^[1-9]\d{0,15}$/.test(after) && Number.isSafeInteger(Number(after))) return Number(after);
  throw new SallyportError("ERR_REQUEST_INVALID", "the position is not one of this broker's");
}

function refuseNoNumber(name: string, value: number): void {
  if (value > 0) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${name} is no such number`, {
    place: "the NATS transport's options",
    remedy: "Give a number above 0; times are milliseconds.",
  });
}

function refuseNoSubject(name: string, subject: string): void {
  if (/^[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*$/.test(subject)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${name} is no subject, or a pattern`, {
    place: "the NATS transport's options",
    remedy: "Give a subject without wildcards.",
  });
}

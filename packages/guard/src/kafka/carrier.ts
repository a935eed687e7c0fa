// The transport on Kafka over any client's link: a topic for each destination, and for each group of it topics for retries.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { sayOnce } from "../ports/say-once.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription } from "../ports/transport.ts";
import { answered, closed } from "./failure.ts";
import type { KafkaLink, KafkaRecordOut, LinkOptions, TopicFacts, TopicPartition } from "./link.ts";
import { KafkaMember } from "./member.ts";
import { type KafkaNames, namesOf, refusePrefix, topicOf } from "./names.ts";
import { Outbox } from "./outbox.ts";
import type { Entry } from "./partition-log.ts";
import { partitionOf } from "./partition-of.ts";
import { HEADERS_BYTES, retryHeaders } from "./retry-record.ts";
import { refuseUnfitTopic, futureRetryBytes, retryBytes, type TopicFault, topicFaults, type TopicNeeds } from "./topic-checks.ts";

export interface KafkaOptions {
  /** Before every topic and group, the retry topics too. Default none: a destination's topic has its name. */
  readonly prefix?: string;
  /** For how long the topics keep a message, at least; `Infinity` for ever. One that keeps less is refused. Default seven days. */
  readonly retentionMs?: number;
  /** Whether every topic has the brokers' time (LogAppendTime). It is looked at, of each topic and of each batch (REP-09). Default false. */
  readonly vouchesEnqueueTime?: boolean;
  /** How many replicas must have a message before it is confirmed. A topic that asks for fewer is refused. Default 2. */
  readonly minInSyncReplicas?: number;
  /** After this without an answer the broker is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
  /**
   * A member that has not been heard of for this long loses its partitions to others. Default 45 s. Keep it above the
   * consumers' `leaseMs`: below it, what comes again is only found to be claimed. The brokers have limits of their own for it.
   */
  readonly sessionMs?: number;
  readonly clock?: Clock;
}

const DAY_MS = 86_400_000;
/** A topic's settings are looked at again after this. */
const LOOK_AGAIN_MS = 300_000;
const MOST_LOOKS = 10;
const LOOK_MS = 100;

interface Looked {
  readonly facts: Promise<TopicFacts>;
  readonly atMs: number;
}

export class KafkaCarrier {
  readonly capabilities: Capabilities;
  readonly #link: KafkaLink;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #answerWithinMs: number;
  readonly #needs: TopicNeeds;
  readonly #outbox: Outbox;
  readonly #members = new Set<KafkaMember>();
  readonly #looked = new Map<string, Looked>();
  readonly #turns = new Map<string, number>();
  readonly #sayLost = sayOnce("Kafka removed messages that were not settled");
  #closed = false;

  /** @throws {SallyportError} `ERR_CONFIG_INVALID` for an option that cannot be used. */
  constructor(linkWith: (options: LinkOptions) => KafkaLink, options: KafkaOptions) {
    const { prefix = "", retentionMs = 7 * DAY_MS, minInSyncReplicas = 2 } = options;
    const { answerWithinMs = 5000, sessionMs = 45_000, clock = systemClock } = options;
    refusePrefix(prefix);
    refuseNoNumber("retentionMs", retentionMs);
    refuseNoNumber("minInSyncReplicas", minInSyncReplicas);
    refuseNoNumber("answerWithinMs", answerWithinMs);
    refuseNoNumber("sessionMs", sessionMs);
    const vouchesEnqueueTime = options.vouchesEnqueueTime ?? false;
    const keptMs = retentionMs === Infinity ? undefined : retentionMs;
    const link = linkWith({ clock, answerWithinMs, sessionMs });
    this.#link = link;
    this.#clock = clock;
    this.#prefix = prefix;
    this.#answerWithinMs = answerWithinMs;
    this.#needs = { minInSyncReplicas, retentionMs: keptMs, vouchesEnqueueTime, reads: link.reads };
    this.#outbox = new Outbox(link, { clock, answerWithinMs });
    this.capabilities = {
      acknowledges: true,
      delayedRetry: true,
      vouchesEnqueueTime,
      ordersByKey: true,
      persists: true,
      retentionMs: keptMs,
    };
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.#closed) throw closed();
    const byTopic = Map.groupBy(messages, ({ destination }) => topicOf(this.#prefix, destination));
    const results = await Promise.allSettled([...byTopic].map(([topic, some]) => this.#sendTo(topic, some)));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    if (failures.length === 0) return;
    const unsure = failures.find((reason) => !(reason instanceof SallyportError && reason.code !== "ERR_TRANSPORT_UNAVAILABLE"));
    if (unsure !== undefined) throw unsure;
    if (failures.length === results.length) throw failures[0];
    // Of a batch of which some were taken it cannot be said that nothing was published.
    throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "Kafka took some of the messages and refused others", {
      remedy: "See the cause.",
      cause: failures[0],
    });
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    if (this.#closed) throw closed();
    const names = namesOf(this.#prefix, options.destination, options.group);
    await this.#checkAll(names);
    const member = new KafkaMember(
      {
        link: this.#link,
        names,
        clock: this.#clock,
        answerWithinMs: this.#answerWithinMs,
        vouchesEnqueueTime: this.capabilities.vouchesEnqueueTime,
        retry: (entry, origin, delayMs, enqueuedAtMs) => this.#retry(names, entry, { origin, delayMs, enqueuedAtMs }),
        onLost: ({ topic, partition }: TopicPartition) => this.#sayLost(new Error(`topic ${topic}, partition ${partition}`)),
        onClose: (gone) => void this.#members.delete(gone),
      },
      options,
      onDeliveries,
    );
    this.#members.add(member);
    try {
      await member.start();
    } catch (error) {
      this.#members.delete(member);
      throw error;
    }
    return member;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#members].map((member) => member.close()));
    await answered(this.#link.close(), this.#clock, this.#answerWithinMs).catch(() => undefined);
  }

  async #sendTo(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const facts = await this.#factsOf(topic);
    const records = messages.map(({ key, bytes }) => {
      const written = key === undefined ? undefined : Buffer.from(key);
      // A view: a buffer made of an array is a copy.
      const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return { partition: this.#partitionOf(topic, written, facts), key: written, value, headers: {} };
    });
    await this.#put(topic, records, facts);
  }

  async #retry(
    { retries }: KafkaNames,
    { record }: Entry,
    { delayMs, origin, enqueuedAtMs }: { readonly delayMs: number; readonly origin: string; readonly enqueuedAtMs: number | undefined },
  ): Promise<void> {
    const { topic } = retries.find(({ upToMs }) => delayMs <= upToMs) as KafkaNames["retries"][number];
    const facts = await this.#factsOf(topic);
    const key = record.key === null ? undefined : Buffer.from(record.key);
    const headers = retryHeaders({ dueMs: this.#clock.now() + delayMs, delayMs, origin, enqueuedAtMs });
    const value = Buffer.from(record.value ?? []);
    await this.#put(topic, [{ partition: this.#partitionOf(topic, key, facts), key, value, headers }], facts);
  }

  async #put(topic: string, records: readonly KafkaRecordOut[], facts: TopicFacts): Promise<void> {
    try {
      await this.#outbox.send(topic, records, Number(facts.config.get("max.message.bytes")));
    } catch (error) {
      // It may have been changed, or removed: it is looked at before the next.
      this.#looked.delete(topic);
      throw error;
    }
  }

  #partitionOf(topic: string, key: Buffer | undefined, { partitions }: TopicFacts): number {
    if (key !== undefined) return partitionOf(key, partitions);
    const turn = this.#turns.get(topic) ?? 0;
    this.#turns.set(topic, (turn + 1) % partitions);
    return turn % partitions;
  }

  /** What is wrong with the topics of a destination, and of a group's retries where one is given; `maxBytes` of one envelope. */
  async faults(
    destination: string,
    { group, maxBytes }: { readonly group?: string; readonly maxBytes?: number },
  ): Promise<readonly TopicFault[]> {
    const needs = { ...this.#needs, ...(maxBytes !== undefined && { maxBytes: maxBytes + HEADERS_BYTES }) };
    const { topic, retries } =
      group === undefined ? { topic: topicOf(this.#prefix, destination), retries: [] } : namesOf(this.#prefix, destination, group);
    const all = await this.#describe([topic, ...retries.map((retry) => retry.topic)]);
    const facts = all.get(topic);
    const said = (of: string, faults: readonly TopicFault[]): readonly TopicFault[] =>
      faults.map((fault) => ({ ...fault, what: `${of} ${fault.what}` }));
    return [
      ...said(topic, topicFaults(topic, facts, needs)),
      ...retries.flatMap((retry) => said(retry.topic, topicFaults(retry.topic, all.get(retry.topic), this.#retryNeeds(facts, needs)))),
    ];
  }

  /** What waits there is looked at for its own header, and not for the broker's time. */
  #retryNeeds(source: TopicFacts | undefined, needs: TopicNeeds): TopicNeeds {
    return { ...needs, vouchesEnqueueTime: false, maxBytes: source === undefined ? futureRetryBytes(needs) : retryBytes(source) };
  }

  async #checkAll({ topic, retries }: KafkaNames): Promise<void> {
    const all = await this.#describe([topic, ...retries.map((retry) => retry.topic)]);
    const facts = all.get(topic);
    refuseUnfitTopic(topic, facts, this.#needs);
    for (const retry of retries) refuseUnfitTopic(retry.topic, all.get(retry.topic), this.#retryNeeds(facts, this.#needs));
  }

  #factsOf(topic: string): Promise<TopicFacts> {
    const known = this.#looked.get(topic);
    if (known !== undefined && this.#clock.now() - known.atMs < LOOK_AGAIN_MS) return known.facts;
    const facts = this.#look(topic);
    this.#looked.set(topic, { facts, atMs: this.#clock.now() });
    facts.catch(() => this.#looked.delete(topic));
    return facts;
  }

  /** One that was made a moment ago is not known to every broker at once: what is missing is looked for again. */
  async #describe(topics: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    for (let looks = 1; ; looks++) {
      const found = await answered(this.#link.describe(topics), this.#clock, this.#answerWithinMs);
      if (found.size === topics.length || looks === MOST_LOOKS) return found;
      await new Promise<void>((resolve) => void this.#clock.after(LOOK_MS, resolve));
    }
  }

  async #look(topic: string): Promise<TopicFacts> {
    const facts = (await this.#describe([topic])).get(topic);
    refuseUnfitTopic(topic, facts, { ...this.#needs, vouchesEnqueueTime: false });
    return facts;
  }
}

function refuseNoNumber(name: string, value: number): void {
  if (value > 0) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${name} is not above 0`, {
    place: "the Kafka transport's options",
    remedy: "Give a number above 0.",
  });
}

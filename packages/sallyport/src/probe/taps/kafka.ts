// Kafka: every topic is read as it stands, without a group, and every group is asked how far it has committed. A topic is
// a group's while one of its members has partitions of it, or when the group has committed something there.
import type { Admin, Consumer, Producer } from "@platformatic/kafka";
import { decoded, type Message, NotTaken, type Owed, quoted, type Seen, type Tap } from "./tap.ts";

const CLIENT = "sallyport-probe";
const EARLIEST = -2n;
const LATEST = -1n;
const ASKED_WITHIN_MS = 3000;
const BYTES = { partition: 16 * 1024 * 1024, all: 64 * 1024 * 1024 };
const IS_CONTROL = 0b100000;
const NAME = /^(?!\.{1,2}$)[\w.-]{1,249}$/;

/** Stops, continues or ends the server's process; absent where it is not the probe's. */
export type Signal = (which: "SIGSTOP" | "SIGCONT" | "SIGKILL") => Promise<void>;

/** Of each topic, the offset of each partition. */
type Offsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

export class KafkaTap implements Tap {
  readonly broker = "kafka";
  readonly forms = ["topic"];
  readonly saysMissing = /UNKNOWN_TOPIC|does not host this topic|unknown topic or partition/i;
  readonly #address: string;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #reader: Consumer;
  readonly #signal: Signal | undefined;
  readonly vanish: Tap["vanish"];
  readonly #seen: Seen[] = [];
  readonly #next = new Map<string, bigint>();
  readonly #own = new Set<string>();
  /** Where a partition ended when a group was first seen to have it, and had committed nothing there. */
  readonly #joinedAt = new Map<string, bigint>();
  /** One at a time: two who read on from the same place would see everything twice. */
  #reading: Promise<void> = Promise.resolve();
  #nextReading: Promise<void> | undefined;

  private constructor(address: string, [admin, producer, reader]: readonly [Admin, Producer, Consumer], signal: Signal | undefined) {
    this.#address = address;
    this.#admin = admin;
    this.#producer = producer;
    this.#reader = reader;
    this.#signal = signal;
    this.vanish = signal && (() => signal("SIGKILL"));
  }

  static async open(url: string, signal?: Signal): Promise<KafkaTap> {
    const kafka = await import("@platformatic/kafka");
    const { host } = new URL(url);
    const connection = { clientId: CLIENT, bootstrapBrokers: [host], timeout: ASKED_WITHIN_MS, retries: 1, retryDelay: 100 };
    const admin = new kafka.Admin(connection);
    const producer = new kafka.Producer(connection);
    const reader = new kafka.Consumer({ ...connection, groupId: CLIENT });
    for (const client of [admin, producer, reader]) client.on("error", () => undefined);
    const tap = new KafkaTap(host, [admin, producer, reader], signal);
    try {
      await admin.listTopics();
      return tap;
    } catch (error) {
      await tap.close();
      throw error;
    }
  }

  async seen(): Promise<readonly Seen[]> {
    // One that begins from now on will do for all who ask meanwhile.
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(async () => {
        this.#nextReading = undefined;
        await (this.#reading = this.#readOn());
      });
    await this.#nextReading;
    return [...this.#seen];
  }

  async put({ destination, bytes, headers, key }: Message): Promise<void> {
    const message = { topic: destination, value: Buffer.from(bytes), headers: new Map(Object.entries(headers).map(buffers)) };
    try {
      await this.#create(destination);
      const messages = [key === undefined ? message : { ...message, key: Buffer.from(key) }];
      const { offsets = [] } = await this.#producer.send({ messages, acks: -1 });
      for (const { topic, partition, offset } of offsets) this.#own.add(`${topic} ${partition} ${offset}`);
    } catch (error) {
      throw new NotTaken(error instanceof Error ? causeOf(error).message : String(error), { cause: error });
    }
  }

  /** Who publishes to a topic that is not there may ask for one to be made, and most clients do not. */
  async make(destination: string): Promise<string> {
    if (!NAME.test(destination)) throw new NotTaken(`no topic can be called ${destination}`);
    await this.#create(destination);
    return `kafka-topics.sh --bootstrap-server ${quoted(this.#address)} --create --topic ${quoted(destination)}`;
  }

  async owed(): Promise<readonly Owed[]> {
    const groups = [...(await this.#admin.listGroups()).values()].filter(({ protocolType }) => protocolType === "consumer");
    if (groups.length === 0) return [];
    const names = groups.map(({ id }) => id);
    const [committed, assigned] = await Promise.all([this.#committed(names), this.#assigned(names)]);
    const topics = new Set([...committed, ...assigned].flatMap(({ offsets }) => [...offsets.keys()]));
    const ends = await this.#offsets([...topics], LATEST);
    return names.flatMap((group) => {
      const read = [...assigned, ...committed].filter(({ group: name }) => name === group);
      const partitions = new Map<string, Map<number, bigint>>();
      for (const { offsets } of read)
        for (const [topic, each] of offsets) partitions.set(topic, new Map([...(partitions.get(topic) ?? []), ...each]));
      return [...partitions].map(([destination, each]) => {
        const lags = [...each].map(([partition, offset]) =>
          this.#lag(`${group} ${destination} ${partition}`, offset, ends.get(destination)?.get(partition)),
        );
        return { destination, group, messages: lags.reduce((sum, lag) => sum + lag, 0) };
      });
    });
  }

  destinations(): Promise<readonly string[]> {
    return this.#admin.listTopics();
  }

  async holds(destination: string): Promise<number> {
    if (!(await this.#admin.listTopics()).includes(destination)) return 0;
    const [firsts, ends] = [await this.#offsets([destination], EARLIEST), await this.#offsets([destination], LATEST)];
    const kept = [...(ends.get(destination) ?? [])].map(([partition, end]) => end - (firsts.get(destination)?.get(partition) ?? 0n));
    return Number(kept.reduce((sum, count) => sum + count, 0n));
  }

  async silence(): Promise<() => Promise<void>> {
    if (this.#signal === undefined) throw new Error("the server is not the probe's to stop");
    await this.#signal("SIGSTOP");
    return async () => this.#signal?.("SIGCONT");
  }

  commandFor({ destination, bytes, headers, key }: Message): string {
    const given = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}=${value}`)}`);
    const keyed = key === undefined ? [] : ["-k", quoted(key)];
    const to = ["kcat", "-P", "-b", quoted(this.#address), "-t", quoted(destination), "-D", "''", ...keyed, ...given];
    return `printf %s ${quoted(decoded(bytes))} | ${to.join(" ")}`;
  }

  async close(): Promise<void> {
    const clients = [this.#admin, this.#producer] as const;
    await Promise.all(
      [...clients.map((client) => client.close()), this.#reader.close(true)].map((closed) => closed.catch(() => undefined)),
    );
  }

  async #readOn(): Promise<void> {
    const ends = await this.#offsets(await this.#admin.listTopics(), LATEST);
    const behind = [...ends].filter(([topic, each]) => [...each].some(([partition, end]) => this.#nextOf(topic, partition) < end));
    for (const [topic, each] of behind) await this.#readTopic(topic, each);
  }

  #nextOf = (topic: string, partition: number): bigint => this.#next.get(`${topic} ${partition}`) ?? 0n;

  async #readTopic(topic: string, ends: ReadonlyMap<number, bigint>): Promise<void> {
    this.#reader.topics.track(topic);
    const known = (await this.#reader.metadata({ topics: [topic], autocreateTopics: false })).topics.get(topic);
    if (known === undefined) return;
    const firsts = (await this.#offsets([topic], EARLIEST)).get(topic);
    for (const [partition, end] of ends) {
      const name = `${topic} ${partition}`;
      this.#next.set(name, max(this.#nextOf(topic, partition), firsts?.get(partition) ?? 0n));
      while (this.#nextOf(topic, partition) < end)
        if (!(await this.#fetch(topic, known.id, partition, known.partitions[partition]?.leader ?? -1))) return;
    }
  }

  /** Whether anything came. */
  async #fetch(topic: string, topicId: string, partition: number, node: number): Promise<boolean> {
    const from = this.#nextOf(topic, partition);
    const asked = { partition, currentLeaderEpoch: -1, fetchOffset: from, lastFetchedEpoch: -1, partitionMaxBytes: BYTES.partition };
    const topics = [{ topicId, partitions: [asked] }];
    const { responses } = await this.#reader.fetch({ node, topics, minBytes: 1, maxBytes: BYTES.all, maxWaitTime: 100 });
    for (const batch of responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []))) {
      for (const { offsetDelta, key, value, headers } of (batch.attributes & IS_CONTROL) === 0 ? batch.records : []) {
        const offset = batch.firstOffset + BigInt(offsetDelta);
        if (offset >= this.#nextOf(topic, partition)) this.#add(topic, `${topic} ${partition} ${offset}`, { key, value, headers });
      }
      this.#next.set(`${topic} ${partition}`, max(this.#nextOf(topic, partition), batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n));
    }
    return this.#nextOf(topic, partition) > from;
  }

  #add(destination: string, place: string, { key, value, headers }: Kept): void {
    const bytes = new Uint8Array(value ?? []);
    this.#seen.push({
      destination,
      bytes,
      text: decoded(bytes),
      headers: Object.fromEntries([...headers].map(([name, text]) => [String(name ?? ""), String(text ?? "")])),
      key: key?.toString(),
      form: "topic",
      own: this.#own.has(place),
    });
  }

  async #create(topic: string): Promise<void> {
    if ((await this.#admin.listTopics()).includes(topic)) return;
    await this.#admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  }

  async #offsets(topics: readonly string[], timestamp: bigint): Promise<Offsets> {
    if (topics.length === 0) return new Map();
    const { topics: known } = await this.#admin.metadata({ topics: [...topics], forceUpdate: true, autocreateTopics: false });
    const asked = [...known].map(([name, { partitionsCount }]) => ({
      name,
      partitions: Array.from({ length: partitionsCount }, (_, partitionIndex) => ({ partitionIndex, timestamp })),
    }));
    const listed = await this.#admin.listOffsets({ topics: asked });
    return new Map(
      listed.map(({ name, partitions }) => [name, new Map(partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]))]),
    );
  }

  async #committed(groups: string[]): Promise<readonly Read[]> {
    const listed = await this.#admin.listConsumerGroupOffsets({ groups });
    return listed.map(({ groupId, topics }) => ({
      group: groupId,
      offsets: new Map(
        topics.map(({ name, partitions }) => [
          name,
          new Map(partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset])),
        ]),
      ),
    }));
  }

  /** Members of the newer protocol are not described: what they have committed is known of them. */
  async #assigned(groups: string[]): Promise<readonly Read[]> {
    const described = await this.#admin.describeGroups({ groups }).catch(() => new Map<string, never>());
    return [...described.values()].flatMap(({ id, members }: Group) =>
      [...members.values()].map(({ assignments }) => ({
        group: id,
        offsets: new Map(
          [...(assignments ?? [])].map(([topic, { partitions }]) => [topic, new Map(partitions.map((partition) => [partition, -1n]))]),
        ),
      })),
    );
  }

  #lag(name: string, committed: bigint, end: bigint | undefined): number {
    if (end === undefined) return 0;
    if (committed >= 0n) return Number(max(end - committed, 0n));
    if (!this.#joinedAt.has(name)) this.#joinedAt.set(name, end);
    return Number(end - this.#joinedAt.get(name)!);
  }
}

interface Read {
  readonly group: string;
  readonly offsets: Offsets;
}

type Group = Awaited<ReturnType<Admin["describeGroups"]>> extends Map<string, infer One> ? One : never;

interface Kept {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Iterable<readonly [Buffer | null, Buffer | null]>;
}

const max = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const buffers = ([name, value]: readonly [string, string]): readonly [Buffer, Buffer] => [Buffer.from(name), Buffer.from(value)];

/** What several tries failed with is told by the last of them. */
const causeOf = (error: Error): Error => {
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return first instanceof Error ? causeOf(first) : error;
};

// A member of a group over @platformatic/kafka. Its streams know no pause of one partition and commit for whoever has a
// partition by then; so fetching and committing are done here, over what the client has underneath. Two connections:
// Kafka answers the requests of one in turn, and a commit is not to wait behind a fetch that waits for messages.
import { answered, kafkaNamesIn, transportError, unanswered } from "./failure.ts";
import type { JoinOptions, LinkOptions, MemberEvents, Membership, Position, TopicPartition } from "./link.ts";
import type {
  PlatformaticConnection,
  PlatformaticConsumer,
  PlatformaticFetched,
  PlatformaticJoined,
  PlatformaticKafka,
  PlatformaticMetadata,
} from "./platformatic.ts";
import type { OpenConnections } from "./platformatic-open.ts";
import { readInto } from "./platformatic-records.ts";
import { PROTOCOL, spread } from "./spread.ts";

interface Parts extends LinkOptions {
  readonly kafka: PlatformaticKafka;
  readonly connection: PlatformaticConnection;
  readonly clientId: string;
  readonly open: OpenConnections;
}

const WAIT_MS = { idle: 500, busy: 50 };
const BYTES = { partition: 1_048_576, all: 8_388_608 };
const AGAIN_MS = { first: 100, most: 2000 };
const HEARTBEAT_MS = 1000;
const REBALANCE_MS = 15_000;
const OFFSET_OUT_OF_RANGE = 1;
const EARLIEST = -2n;

export class PlatformaticMember implements Membership {
  readonly #parts: Parts;
  readonly #options: JoinOptions;
  readonly #events: MemberEvents;
  readonly #group: PlatformaticConsumer;
  readonly #fetcher: PlatformaticConsumer;
  readonly #fetching = new Set<number>();
  #assigned: readonly TopicPartition[] = [];
  #memberId = "";
  #generation = -1;
  #looking = false;
  #again = false;
  #againMs = AGAIN_MS.first;
  #closed = false;

  constructor(parts: Parts, options: JoinOptions, events: MemberEvents) {
    this.#parts = parts;
    this.#options = options;
    this.#events = events;
    this.#group = this.#consumer();
    this.#fetcher = this.#consumer();
    this.#group.on("consumer:group:join", (joined) => this.#joined(joined));
    // It gives up after a rejoin that failed, and says so here alone.
    this.#group.on("error", () => void this.#rejoin());
    this.#fetcher.on("error", () => undefined);
  }

  async join(): Promise<void> {
    try {
      await this.#group.joinGroup({});
    } catch (error) {
      await this.close();
      throw transportError(error);
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly Position[]> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, some]) => ({
      name,
      partitionIndexes: some.map(({ partition }) => partition),
    }));
    try {
      const group = { groupId: this.#options.group, memberId: null, memberEpoch: -1, topics };
      const answer = await this.#parts.kafka.offsetFetchV8.api.async(await this.#coordinator(), [group], true);
      return answer.groups
        .flatMap((one) => one.topics)
        .flatMap(({ name, partitions: some }) =>
          some.map((one) => ({
            topic: name,
            partition: one.partitionIndex,
            offset: Number(one.committedOffset),
            metadata: one.metadata ?? "",
          })),
        )
        .filter(({ offset }) => offset >= 0);
    } catch (error) {
      throw transportError(error);
    }
  }

  async commit(positions: readonly Position[]): Promise<void> {
    // The client's own commit joins anew when it has been replaced, and commits then what is no longer its own.
    const [generation, member] = [this.#generation, this.#memberId];
    const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([name, some]) => ({
      name,
      partitions: some.map(({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: metadata,
      })),
    }));
    try {
      await this.#parts.kafka.offsetCommitV8.api.async(await this.#coordinator(), this.#options.group, generation, member, null, topics);
    } catch (error) {
      throw transportError(error);
    }
  }

  wake(): void {
    this.#again = true;
    if (!this.#looking && !this.#closed) void this.#look();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { kafka, clock, answerWithinMs } = this.#parts;
    await answered(Promise.all([this.#group.close(true), this.#fetcher.close(true)]), clock, answerWithinMs).catch(() => undefined);
    // Where nobody answered, its connections would keep the process for as long as a join may take.
    await kafka.Base.prototype.close.call(this.#group).catch(() => undefined);
  }

  #consumer(): PlatformaticConsumer {
    const { kafka, connection, clientId, sessionMs } = this.#parts;
    const consumer = new kafka.Consumer({
      ...connection,
      clientId,
      groupId: this.#options.group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: Math.max(sessionMs, REBALANCE_MS),
      heartbeatInterval: Math.min(HEARTBEAT_MS, Math.floor(sessionMs / 4)),
      // A join is answered when all have joined, or have been given up.
      requestTimeout: Math.max(connection.requestTimeout ?? 0, sessionMs + 2 * REBALANCE_MS),
      isolationLevel: 1,
      protocols: [{ name: PROTOCOL, version: 1 }],
      partitionAssigner: (_, members, topics, metadata) => {
        const wanting = [...members.values()].map((one) => ({ member: one.memberId, topics: new Set(one.topics) }));
        const partitionsOf = new Map([...topics].map((topic) => [topic, metadata.topics.get(topic)?.partitionsCount ?? 0]));
        return [...spread(wanting, partitionsOf)].map(([memberId, own]) => ({
          memberId,
          assignments: new Map([...own].map(([topic, partitions]) => [topic, { topic, partitions }])),
        }));
      },
    });
    for (const topic of this.#options.topics) consumer.topics.track(topic);
    return this.#parts.open.of(consumer);
  }

  #joined({ memberId, generationId = -1, assignments = [] }: PlatformaticJoined): void {
    // A generation in between may have given to others what is here again.
    const kept = memberId === this.#memberId && generationId === this.#generation + 1;
    this.#memberId = memberId;
    this.#generation = generationId;
    this.#assigned = assignments.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
    this.#events.assigned(this.#assigned, kept);
    this.wake();
  }

  async #rejoin(): Promise<void> {
    for (let waitMs = AGAIN_MS.first; !this.#closed; waitMs = Math.min(waitMs * 2, AGAIN_MS.most)) {
      await this.#after(waitMs);
      try {
        if (!this.#closed) await this.#group.joinGroup({});
        return;
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  async #coordinator(): Promise<object> {
    const node = await this.#group.findGroupCoordinator();
    const connection = (await this.#group.connectToBrokers([node])).get(node);
    if (connection === undefined) throw new Error("the group's coordinator is not among the brokers");
    return connection;
  }

  /** Asks each broker that is not being asked for what is wanted of it. */
  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        const metadata = await this.#fetcher.metadata({ topics: [...this.#options.topics], autocreateTopics: false });
        const byLeader = Map.groupBy(
          this.#assigned,
          ({ topic, partition }) => metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1,
        );
        for (const [leader, partitions] of byLeader)
          if (leader >= 0 && !this.#fetching.has(leader)) void this.#fetch(leader, partitions, metadata);
        if (byLeader.has(-1)) throw new Error("a partition has no leader");
      } catch (error) {
        await this.#backOff(error);
      }
    }
    this.#looking = false;
  }

  async #fetch(node: number, partitions: readonly TopicPartition[], metadata: PlatformaticMetadata): Promise<void> {
    const wanted = partitions.flatMap((one) => {
      const offset = this.#events.wanted(one);
      return offset === undefined ? [] : [{ ...one, offset }];
    });
    if (wanted.length === 0) return;
    const topics = [...Map.groupBy(wanted, ({ topic }) => topic)].map(([topic, some]) => ({
      topicId: metadata.topics.get(topic)?.id ?? "",
      partitions: some.map(({ partition, offset }) => ({
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: BigInt(offset),
        lastFetchedEpoch: -1,
        partitionMaxBytes: BYTES.partition,
      })),
    }));
    const names = new Map(wanted.map(({ topic }) => [metadata.topics.get(topic)?.id ?? "", topic]));
    // Who has no room now may have some soon, and is not to wait for long behind who has no messages.
    const maxWaitTime = wanted.length === partitions.length ? WAIT_MS.idle : WAIT_MS.busy;
    const lateMs = maxWaitTime + this.#parts.answerWithinMs;
    const late = this.#parts.clock.after(lateMs, () => this.#events.fetching(unanswered(lateMs)));
    this.#fetching.add(node);
    try {
      const fetched = await this.#fetcher.fetch({ node, topics, minBytes: 1, maxBytes: BYTES.all, maxWaitTime });
      this.#againMs = AGAIN_MS.first;
      this.#events.fetching(undefined);
      const asked = (of: string, index: number): number =>
        wanted.find(({ topic, partition }) => topic === of && partition === index)?.offset ?? Infinity;
      readInto(this.#events, fetched, names, asked);
    } catch (error) {
      if (!(await this.#reset(error, names))) await this.#backOff(error);
    } finally {
      late();
      this.#fetching.delete(node);
      this.wake();
    }
  }

  /** What was to be read is not kept any more, or has never been: reading goes on at what there is. */
  async #reset(error: unknown, names: ReadonlyMap<string, string>): Promise<boolean> {
    if (!kafkaNamesIn(error).includes("OFFSET_OUT_OF_RANGE")) return false;
    const { response } = error as { readonly response?: PlatformaticFetched };
    const out = (response?.responses ?? []).flatMap(({ topicId, partitions }) =>
      partitions.flatMap(({ errorCode, partitionIndex: partition }) => {
        const topic = names.get(topicId);
        return errorCode === OFFSET_OUT_OF_RANGE && topic !== undefined ? [{ topic, partition }] : [];
      }),
    );
    try {
      for (const { topic, partition } of out) {
        const offsets = await this.#fetcher.listOffsets({ topics: [topic], partitions: { [topic]: [partition] }, timestamp: EARLIEST });
        const from = offsets.get(topic)?.[partition];
        if (from !== undefined) this.#events.lost({ topic, partition }, Number(from));
      }
      return out.length > 0;
    } catch {
      return false;
    }
  }

  async #backOff(error: unknown): Promise<void> {
    if (this.#closed) return;
    this.#failed(error);
    const waitMs = this.#againMs;
    this.#againMs = Math.min(waitMs * 2, AGAIN_MS.most);
    await this.#after(waitMs);
    this.#again = true;
  }

  #failed(error: unknown): void {
    if (!this.#closed) this.#events.fetching(transportError(error));
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve));
  }
}

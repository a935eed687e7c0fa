// A member of a group over kafkajs: it fetches and says what it has, partitions are paused while there is no room, and
// what is committed is committed in the generation that assigned it.
import { SallyportError } from "../errors.ts";
import { transportError, unanswered } from "./failure.ts";
import { decodeSubscription, encodeAssignment, encodeSubscription } from "./group-protocol.ts";
import type { KafkaJsAdmin, KafkaJsAssigner, KafkaJsBatchPayload, KafkaJsClient, KafkaJsConsumer, KafkaJsOffsets } from "./kafkajs.ts";
import { askedOf, recordOf } from "./kafkajs-records.ts";
import type { JoinOptions, LinkOptions, MemberEvents, Membership, Position, TopicPartition } from "./link.ts";
import { PROTOCOL, spread } from "./spread.ts";

interface Parts extends LinkOptions {
  readonly kafka: KafkaJsClient;
  readonly look: <T>(ask: (admin: KafkaJsAdmin) => Promise<T>) => Promise<T>;
}

const WAIT_MS = 500;
const PARTITION_BYTES = 1_048_576;
const HEARTBEAT_MS = 1000;
const REBALANCE_MS = 15_000;
const AGAIN_MS = 1000;
const JOINED_WITHIN_MS = 60_000;
/** Enough for a leader to be elected, and soon over where nothing answers: then it is begun anew. */
const RETRY = { retries: 5, initialRetryTime: 100, maxRetryTime: 1000 } as const;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

interface Joined {
  readonly payload: { readonly memberId: string; readonly memberAssignment: Readonly<Record<string, readonly number[]>> };
}

interface Crashed {
  readonly payload: { readonly error: Error; readonly restart: boolean };
}

export class KafkaJsMember implements Membership {
  readonly #parts: Parts;
  readonly #options: JoinOptions;
  readonly #events: MemberEvents;
  readonly #consumer: KafkaJsConsumer;
  readonly #first = Promise.withResolvers<void>();
  readonly #reading = new Set<string>();
  #assigned: readonly TopicPartition[] = [];
  #memberId = "";
  /** Since it was last given partitions: one is the next generation, more may have left one out. */
  #joins = 0;
  #commitOffsets: ((offsets: KafkaJsOffsets) => Promise<void>) | undefined;
  #closed = false;
  #cancelLate: () => void = () => undefined;

  constructor(parts: Parts, options: JoinOptions, events: MemberEvents) {
    this.#parts = parts;
    this.#options = options;
    this.#events = events;
    const { sessionMs } = parts;
    this.#consumer = parts.kafka.consumer({
      groupId: options.group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: Math.max(sessionMs, REBALANCE_MS),
      heartbeatInterval: Math.min(HEARTBEAT_MS, Math.floor(sessionMs / 4)),
      maxWaitTimeInMs: WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES,
      allowAutoTopicCreation: false,
      // One that is closed does not come back, to hold partitions for nobody.
      retry: { ...RETRY, restartOnFailure: async () => !this.#closed },
      partitionAssigners: [({ cluster }) => this.#assigner((topic) => cluster.findTopicPartitionMetadata(topic).length)],
    });
    this.#on("GROUP_JOIN", (event: Joined) => this.#joined(event));
    this.#on("CRASH", (event: Crashed) => this.#crashed(event));
    this.#on("FETCH", () => this.#fetched());
  }

  async join(): Promise<void> {
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
      await this.#run();
      await this.#untilJoined();
    } catch (error) {
      await this.close();
      throw transportError(error);
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly Position[]> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    try {
      const offsets = await this.#parts.look((admin) => admin.fetchOffsets({ groupId: this.#options.group, topics }));
      const asked = new Set(partitions.map(keyOf));
      return offsets
        .flatMap(({ topic, partitions: some }) =>
          some.map(({ partition, offset, metadata }) => ({ topic, partition, offset: Number(offset), metadata: metadata ?? "" })),
        )
        .filter((position) => position.offset >= 0 && asked.has(keyOf(position)));
    } catch (error) {
      throw transportError(error);
    }
  }

  async commit(positions: readonly Position[]): Promise<void> {
    // The client's own commit is tried again after it joined anew, and commits then what is no longer its own; and while
    // it does not run it says that it has committed, and has not.
    if (this.#joins > 0 || this.#commitOffsets === undefined) throw joining();
    const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, some]) => ({
      topic,
      partitions: some.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
    }));
    try {
      await this.#commitOffsets({ topics });
    } catch (error) {
      throw transportError(error);
    }
  }

  wake(): void {
    if (this.#closed) return;
    try {
      for (const partition of this.#assigned) this.#readOrPause(partition);
    } catch {
      // It is being begun anew, and is given its partitions again then.
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelLate();
    await this.#consumer.disconnect().catch(() => undefined);
  }

  async #untilJoined(): Promise<void> {
    const cancel = this.#parts.clock.after(JOINED_WITHIN_MS, () => this.#first.reject(unanswered(JOINED_WITHIN_MS)));
    try {
      await this.#first.promise;
    } finally {
      cancel();
    }
  }

  #run(): Promise<void> {
    return this.#consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (payload) => this.#batch(payload) });
  }

  async #batch(payload: KafkaJsBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    this.#commitOffsets = (offsets) => payload.commitOffsetsIfNecessary(offsets);
    const last = payload.batch.lastOffset();
    const asked = askedOf(payload.batch);
    // What comes from further on is let go, and asked for again from where reading is.
    if (asked > (this.#events.wanted({ topic, partition }) ?? Infinity)) this.#reading.delete(keyOf({ topic, partition }));
    this.#events.read({ topic, partition }, asked, messages.map(recordOf), Number(last) + 1);
    payload.resolveOffset(last);
    this.#readOrPause({ topic, partition });
  }

  #readOrPause({ topic, partition }: TopicPartition): void {
    const key = keyOf({ topic, partition });
    const offset = this.#events.wanted({ topic, partition });
    if (offset === undefined) {
      this.#reading.delete(key);
      this.#consumer.pause([{ topic, partitions: [partition] }]);
    } else if (!this.#reading.has(key)) {
      this.#reading.add(key);
      // What was fetched while it was not wanted has been let go.
      this.#consumer.seek({ topic, partition, offset: String(offset) });
      this.#consumer.resume([{ topic, partitions: [partition] }]);
    }
  }

  #joined({ payload: { memberId, memberAssignment } }: Joined): void {
    // It was being begun anew when it was closed, and what was said to it then was said to none.
    if (this.#closed) return void this.#consumer.disconnect().catch(() => undefined);
    const kept = memberId === this.#memberId && this.#joins === 1;
    this.#memberId = memberId;
    this.#joins = 0;
    this.#assigned = Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    this.#reading.clear();
    this.#events.assigned(this.#assigned, kept);
    this.wake();
    this.#fetched();
    this.#first.resolve();
  }

  #crashed({ payload: { error, restart } }: Crashed): void {
    this.#commitOffsets = undefined;
    this.#memberId = "";
    const failure = transportError(error);
    // What it begins anew by itself passes: a coordinator that is being elected, or reads what has been committed.
    if (!restart) this.#first.reject(failure);
    this.#tell(failure);
    // What it takes for final is so only until an operator has mended it.
    if (!restart) this.#parts.clock.after(AGAIN_MS, () => void this.#beginAnew());
  }

  async #beginAnew(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#consumer.connect();
      await this.#run();
    } catch (error) {
      this.#tell(transportError(error));
      this.#parts.clock.after(AGAIN_MS, () => void this.#beginAnew());
    }
  }

  /** It says what succeeded, and of what failed only that it has given up. */
  #fetched(): void {
    this.#cancelLate();
    if (this.#closed) return;
    this.#events.fetching(undefined);
    const lateMs = WAIT_MS + this.#parts.answerWithinMs;
    this.#cancelLate = this.#parts.clock.after(lateMs, () => this.#tell(unanswered(lateMs)));
  }

  #tell(failure: SallyportError): void {
    this.#cancelLate();
    if (!this.#closed) this.#events.fetching(failure);
  }

  #assigner(partitionsOf: (topic: string) => number): KafkaJsAssigner {
    return {
      name: PROTOCOL,
      version: 0,
      protocol: ({ topics }) => {
        this.#joins++;
        return { name: PROTOCOL, metadata: encodeSubscription(topics) };
      },
      assign: async ({ members }) => {
        const wanting = members.map(({ memberId, memberMetadata }) => ({ member: memberId, topics: decodeSubscription(memberMetadata) }));
        const topics = new Set(wanting.flatMap((one) => [...one.topics]));
        const dealt = spread(wanting, new Map([...topics].map((topic) => [topic, partitionsOf(topic)])));
        return [...dealt].map(([memberId, own]) => ({ memberId, memberAssignment: encodeAssignment(own) }));
      },
    };
  }

  #on(name: keyof KafkaJsConsumer["events"], listener: (event: never) => void): void {
    this.#consumer.on(this.#consumer.events[name] as never, listener as never);
  }
}

const joining = (): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the group is being put together anew", {
    remedy: "Wait.",
    cause: Object.assign(new Error("joining"), { type: "REBALANCE_IN_PROGRESS" }),
  });

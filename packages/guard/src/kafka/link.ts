// What the transport asks of a Kafka client, whichever it is. A link carries it out and says what Kafka said.
import type { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";

export interface KafkaRecordOut {
  readonly partition: number;
  readonly key: Buffer | undefined;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface KafkaRecordIn {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: ReadonlyMap<string, Uint8Array>;
  /** In milliseconds, and only where the broker says that it is its own (LogAppendTime). */
  readonly appendedAtMs: number | undefined;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicFacts {
  readonly partitions: number;
  /** Of the partition that has fewest. */
  readonly replicas: number;
  /** By the names of Kafka's documentation. */
  readonly config: ReadonlyMap<string, string>;
}

export interface Position extends TopicPartition {
  readonly offset: number;
  readonly metadata: string;
}

/** What a member hears. None of it may throw. */
export interface MemberEvents {
  /** All that is this member's from now on. `kept`: what it had before and still has was nobody else's in between. */
  assigned(partitions: readonly TopicPartition[], kept: boolean): void;
  /**
   * In the order of their offsets. What was read before may be read again. `asked`: the offset that was asked for, which
   * may be one of before the partition was given anew. `next`: where reading goes on.
   */
  read(from: TopicPartition, asked: number, records: readonly KafkaRecordIn[], next: number): void;
  /** The offset to read on from; `undefined` for a partition that is to be left alone now. */
  wanted(partition: TopicPartition): number | undefined;
  /** What was to be read next is not kept any more, or there is no such offset: reading goes on there. */
  lost(partition: TopicPartition, from: number): void;
  /** Fetching fails, with why, or goes on. */
  fetching(failure: SallyportError | undefined): void;
}

export interface Membership {
  /** What the group has committed; a partition of which it has nothing is absent. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly Position[]>;
  /**
   * As of the generation that assigned them, never of a later one.
   * @throws {SallyportError} `ERR_TRANSPORT_*`; the cause of `FENCED` is that this member has been replaced.
   */
  commit(positions: readonly Position[]): Promise<void>;
  /** What is wanted may have changed. */
  wake(): void;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly clock: Clock;
  readonly answerWithinMs: number;
  /** A member not heard of for this long loses its partitions. */
  readonly sessionMs: number;
}

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
}

export interface KafkaLink {
  readonly name: string;
  /** Codecs that this client can read, as `compression.type` names them. */
  readonly reads: readonly string[];
  /**
   * Resolves when every in-sync replica has them. Whoever calls it waits for one before the next of the same topic.
   * @throws {SallyportError} `ERR_TRANSPORT_*`
   */
  produce(topic: string, records: readonly KafkaRecordOut[]): Promise<void>;
  /** Topics that are there; never creates one. */
  describe(topics: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>>;
  /** Resolves when it has been given its first partitions, which may be none. */
  join(options: JoinOptions, events: MemberEvents): Promise<Membership>;
  close(): Promise<void>;
}

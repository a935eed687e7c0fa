// What the link uses of kafkajs, of which the user hands in an instance of `Kafka`, and nothing of its types.

interface Retry {
  retries: number;
  initialRetryTime: number;
  maxRetryTime: number;
}

export interface KafkaJsProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(record: {
    topic: string;
    acks: number;
    messages: { partition: number; key: Buffer | null; value: Buffer; headers: Record<string, Buffer> }[];
  }): Promise<unknown>;
}

export interface KafkaJsAdmin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  fetchTopicMetadata(options: {
    topics: string[];
  }): Promise<{ topics: readonly { readonly name: string; readonly partitions: readonly { readonly replicas: readonly number[] }[] }[] }>;
  describeConfigs(options: { resources: { type: 2; name: string }[]; includeSynonyms: boolean }): Promise<{
    resources: readonly {
      readonly resourceName: string;
      readonly configEntries: readonly { readonly configName: string; readonly configValue: string }[];
    }[];
  }>;
  fetchOffsets(options: { groupId: string; topics: string[] }): Promise<
    readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string | null }[];
    }[]
  >;
}

export interface KafkaJsMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

export interface KafkaJsOffsets {
  topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[];
}

export interface KafkaJsBatchPayload {
  readonly batch: {
    readonly topic: string;
    readonly partition: number;
    readonly messages: readonly KafkaJsMessage[];
    lastOffset(): string;
  };
  resolveOffset(offset: string): void;
  commitOffsetsIfNecessary(offsets: KafkaJsOffsets): Promise<void>;
}

type Events = Readonly<Record<"GROUP_JOIN" | "CRASH" | "FETCH", string>>;

export interface KafkaJsConsumer {
  readonly events: Events;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(options: { topics: string[]; fromBeginning: boolean }): Promise<void>;
  run(options: {
    autoCommit: boolean;
    eachBatchAutoResolve: boolean;
    eachBatch: (payload: KafkaJsBatchPayload) => Promise<void>;
  }): Promise<void>;
  seek(position: { topic: string; partition: number; offset: string }): void;
  pause(topics: { topic: string; partitions: number[] }[]): void;
  resume(topics: { topic: string; partitions: number[] }[]): void;
  on(event: never, listener: never): unknown;
}

export interface KafkaJsGroupMember {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

export interface KafkaJsAssigner {
  name: string;
  version: number;
  assign(group: {
    members: readonly KafkaJsGroupMember[];
    topics: readonly string[];
  }): Promise<{ memberId: string; memberAssignment: Buffer }[]>;
  protocol(subscription: { topics: string[] }): { name: string; metadata: Buffer };
}

/** An instance of kafkajs' `Kafka`, from version 2.2 on. */
export interface KafkaJsClient {
  producer(options: { idempotent: boolean; maxInFlightRequests: number; allowAutoTopicCreation: boolean; retry: Retry }): KafkaJsProducer;
  admin(options: { retry: Retry }): KafkaJsAdmin;
  consumer(options: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    heartbeatInterval: number;
    maxWaitTimeInMs: number;
    maxBytesPerPartition: number;
    allowAutoTopicCreation: boolean;
    retry: Retry & { restartOnFailure: (error: Error) => Promise<boolean> };
    partitionAssigners: ((config: {
      cluster: { findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[] };
    }) => KafkaJsAssigner)[];
  }): KafkaJsConsumer;
}

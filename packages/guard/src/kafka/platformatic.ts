// What the link uses of @platformatic/kafka, which the user hands in as its module, and nothing of its types.

export interface PlatformaticConnection {
  readonly bootstrapBrokers: string[];
  readonly clientId?: string;
  readonly requestTimeout?: number;
}

/** One that is open, to one broker. */
export interface PlatformaticOpened {
  close(): Promise<void>;
}

export interface PlatformaticClient {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(
    event: "client:broker:connect" | "client:broker:disconnect",
    listener: (payload: { readonly connection: PlatformaticOpened }) => void,
  ): unknown;
}

export interface PlatformaticProducer extends PlatformaticClient {
  send(options: {
    messages: { topic: string; partition: number; key?: Buffer; value: Buffer; headers?: Map<Buffer, Buffer> }[];
    acks: number;
    autocreateTopics: boolean;
  }): Promise<unknown>;
  close(force: boolean): Promise<void>;
}

interface PartitionMetadata {
  readonly leader: number;
  readonly replicas: readonly number[];
}

export interface PlatformaticMetadata {
  readonly topics: ReadonlyMap<string, { readonly id: string; readonly partitions: readonly (PartitionMetadata | undefined)[] }>;
}

interface MetadataOptions {
  topics: string[];
  autocreateTopics: boolean;
  forceUpdate?: boolean;
  retries?: number;
}

export interface PlatformaticAdmin extends PlatformaticClient {
  metadata(options: MetadataOptions): Promise<PlatformaticMetadata>;
  describeConfigs(options: { resources: { resourceType: 2; resourceName: string }[] }): Promise<
    readonly {
      readonly resourceName: string;
      readonly configs: readonly { readonly name: string; readonly value: string | null | undefined }[];
    }[]
  >;
  close(): Promise<void>;
}

export interface PlatformaticJoined {
  readonly memberId: string;
  readonly generationId?: number;
  readonly assignments?: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

interface RecordsBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly records: readonly {
    readonly offsetDelta: number;
    readonly timestampDelta: bigint;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
  }[];
}

export interface PlatformaticFetched {
  readonly responses: readonly {
    readonly topicId: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly errorCode: number;
      readonly records?: readonly RecordsBatch[] | null;
    }[];
  }[];
}

/** A connection, to be handed back as it is. */
type Connection = object;

export interface PlatformaticConsumer extends PlatformaticClient {
  readonly topics: { track(topic: string): boolean };
  on: PlatformaticClient["on"] & ((event: "consumer:group:join", listener: (payload: PlatformaticJoined) => void) => unknown);
  joinGroup(options: object): Promise<unknown>;
  metadata(options: MetadataOptions): Promise<PlatformaticMetadata>;
  findGroupCoordinator(): Promise<number>;
  connectToBrokers(nodes: number[]): Promise<ReadonlyMap<number, Connection>>;
  listOffsets(options: {
    topics: string[];
    partitions: Record<string, number[]>;
    timestamp: bigint;
  }): Promise<ReadonlyMap<string, readonly (bigint | undefined)[]>>;
  fetch(options: {
    node: number;
    topics: {
      topicId: string;
      partitions: {
        partition: number;
        currentLeaderEpoch: number;
        fetchOffset: bigint;
        lastFetchedEpoch: number;
        partitionMaxBytes: number;
      }[];
    }[];
    minBytes: number;
    maxBytes: number;
    maxWaitTime: number;
  }): Promise<PlatformaticFetched>;
  close(force: boolean): Promise<void>;
}

interface Committed {
  readonly groups: readonly {
    readonly topics: readonly {
      readonly name: string;
      readonly partitions: readonly {
        readonly partitionIndex: number;
        readonly committedOffset: bigint;
        readonly metadata: string | null | undefined;
      }[];
    }[];
  }[];
}

interface CommitTopic {
  name: string;
  partitions: { partitionIndex: number; committedOffset: bigint; committedLeaderEpoch: number; committedMetadata: string | null }[];
}

interface FetchGroup {
  groupId: string;
  memberId: string | null;
  memberEpoch: number;
  topics: { name: string; partitionIndexes: number[] }[];
}

export interface PlatformaticAssignment {
  memberId: string;
  assignments: Map<string, { topic: string; partitions: number[] }>;
}

/** The module `@platformatic/kafka`, from version 2.12 on. */
export interface PlatformaticKafka {
  /** Of which all its clients are: closes the connections, and asks nobody anything before. */
  readonly Base: { readonly prototype: { close(): Promise<void> } };
  readonly Producer: new (
    options: PlatformaticConnection & { idempotent: boolean; retries: number; clientId: string },
  ) => PlatformaticProducer;
  readonly Admin: new (options: PlatformaticConnection & { clientId: string }) => PlatformaticAdmin;
  readonly Consumer: new (
    options: PlatformaticConnection & {
      clientId: string;
      groupId: string;
      sessionTimeout: number;
      rebalanceTimeout: number;
      heartbeatInterval: number;
      requestTimeout: number;
      isolationLevel: 1;
      protocols: { name: string; version: number }[];
      partitionAssigner: (
        current: string,
        members: Map<string, { memberId: string; topics?: string[] }>,
        topics: Set<string>,
        metadata: { topics: Map<string, { partitionsCount: number }> },
      ) => PlatformaticAssignment[];
    },
  ) => PlatformaticConsumer;
  /** Requests that its clients make, but not with what is needed here: a commit with metadata, of one generation. */
  readonly offsetCommitV8: {
    readonly api: {
      async(
        connection: Connection,
        group: string,
        generation: number,
        member: string,
        instance: null,
        topics: CommitTopic[],
      ): Promise<unknown>;
    };
  };
  readonly offsetFetchV8: {
    readonly api: { async(connection: Connection, groups: FetchGroup[], requireStable: boolean): Promise<Committed> };
  };
}

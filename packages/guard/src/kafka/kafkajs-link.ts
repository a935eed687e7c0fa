// The link over kafkajs: producers that are idempotent and replaced when they failed, and an admin that only looks.
import { closed, isUnknownTopic, transportError } from "./failure.ts";
import type { KafkaJsAdmin, KafkaJsClient, KafkaJsProducer } from "./kafkajs.ts";
import { KafkaJsMember } from "./kafkajs-member.ts";
import { Lanes } from "./lanes.ts";
import type { JoinOptions, KafkaLink, KafkaRecordOut, LinkOptions, MemberEvents, Membership, TopicFacts } from "./link.ts";

export const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 2000 } as const;
const ALL = -1;
const TOPIC = 2;

export class KafkaJsLink implements KafkaLink {
  readonly name = "kafkajs";
  /** Others it has no code for, and one batch of them would hold up its partition for good. */
  readonly reads = ["uncompressed", "gzip"];
  readonly #kafka: KafkaJsClient;
  readonly #options: LinkOptions;
  readonly #lanes: Lanes<KafkaJsProducer>;
  #admin: Promise<KafkaJsAdmin> | undefined;
  #closed = false;

  constructor(kafka: KafkaJsClient, options: LinkOptions) {
    this.#kafka = kafka;
    this.#options = options;
    const producer = { idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: RETRY } as const;
    this.#lanes = new Lanes({ make: () => connected(kafka.producer(producer)), close: (one) => one.disconnect() });
  }

  async produce(topic: string, records: readonly KafkaRecordOut[]): Promise<void> {
    const messages = records.map(({ partition, key = null, value, headers }) => ({ partition, key, value, headers: { ...headers } }));
    await this.#lanes.send(topic, (producer) => producer.send({ topic, messages, acks: ALL }));
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    try {
      const described = await this.#look((admin) => Promise.all(topics.map((topic) => describeOne(topic, admin))));
      return new Map(described.flatMap((one) => (one === undefined ? [] : [one])));
    } catch (error) {
      throw transportError(error);
    }
  }

  async join(options: JoinOptions, events: MemberEvents): Promise<Membership> {
    const member = new KafkaJsMember({ kafka: this.#kafka, look: (ask) => this.#look(ask), ...this.#options }, options, events);
    await member.join();
    return member;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const admin = this.#admin?.then((one) => one.disconnect());
    await Promise.allSettled([this.#lanes.close(), admin]);
  }

  /** What is still being asked when it is closed opens it again. */
  async #look<T>(ask: (admin: KafkaJsAdmin) => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    const admin = await this.#adminThere();
    try {
      return await ask(admin);
    } finally {
      if (this.#closed) void admin.disconnect().catch(() => undefined);
    }
  }

  #adminThere(): Promise<KafkaJsAdmin> {
    if (this.#admin === undefined) {
      this.#admin = connected(this.#kafka.admin({ retry: RETRY }));
      this.#admin.catch(() => (this.#admin = undefined));
    }
    return this.#admin;
  }
}

async function describeOne(topic: string, admin: KafkaJsAdmin): Promise<readonly [string, TopicFacts] | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics.find(({ name }) => name === topic)?.partitions ?? [];
    const { resources } = await admin.describeConfigs({ resources: [{ type: TOPIC, name: topic }], includeSynonyms: false });
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    const config = new Map((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]));
    return [topic, { partitions: partitions.length, replicas, config }];
  } catch (error) {
    if (isUnknownTopic(error)) return undefined;
    throw error;
  }
}

async function connected<T extends { connect(): Promise<void> }>(client: T): Promise<T> {
  await client.connect();
  return client;
}

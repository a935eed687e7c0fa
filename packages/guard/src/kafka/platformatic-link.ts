// The link over @platformatic/kafka: producers that are idempotent, an admin that only looks, and for each member the
// two connections of platformatic-member.ts.
import { isUnknownTopic, transportError } from "./failure.ts";
import type { JoinOptions, KafkaLink, KafkaRecordOut, LinkOptions, MemberEvents, Membership, TopicFacts } from "./link.ts";
import { Lanes } from "./lanes.ts";
import type {
  PlatformaticAdmin,
  PlatformaticClient,
  PlatformaticConnection,
  PlatformaticKafka,
  PlatformaticProducer,
} from "./platformatic.ts";
import { PlatformaticMember } from "./platformatic-member.ts";
import { OpenConnections } from "./platformatic-open.ts";

/** Its own default for an idempotent producer is for ever, behind one message that is never answered. */
const RETRIES = 3;
const TOPIC = 2;
const ALL = -1;

export class PlatformaticLink implements KafkaLink {
  readonly name = "kafka";
  readonly reads = ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"];
  readonly #kafka: PlatformaticKafka;
  readonly #connection: PlatformaticConnection;
  readonly #options: LinkOptions;
  readonly #lanes: Lanes<PlatformaticProducer>;
  readonly #open = new OpenConnections();
  #admin: PlatformaticAdmin | undefined;

  constructor(kafka: PlatformaticKafka, connection: PlatformaticConnection, options: LinkOptions) {
    this.#kafka = kafka;
    this.#connection = connection;
    this.#options = options;
    const producer = { ...connection, clientId: this.#clientId, idempotent: true, retries: RETRIES };
    this.#lanes = new Lanes({ make: () => this.#heard(new kafka.Producer({ ...producer })), close: (one) => one.close(true) });
  }

  async produce(topic: string, records: readonly KafkaRecordOut[]): Promise<void> {
    const messages = records.map(({ partition, key, value, headers }) => {
      const named = new Map(Object.entries(headers).map(([name, bytes]) => [Buffer.from(name), bytes]));
      return { topic, partition, ...(key && { key }), value, headers: named };
    });
    await this.#lanes.send(topic, (producer) => producer.send({ messages, acks: ALL, autocreateTopics: false }));
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    this.#admin ??= this.#heard(new this.#kafka.Admin({ ...this.#connection, clientId: this.#clientId }));
    try {
      const described = await Promise.all(topics.map((topic) => this.#describeOne(topic, this.#admin as PlatformaticAdmin)));
      return new Map(described.flatMap((one) => (one === undefined ? [] : [one])));
    } catch (error) {
      throw transportError(error);
    }
  }

  async join(options: JoinOptions, events: MemberEvents): Promise<Membership> {
    const member = new PlatformaticMember(
      { kafka: this.#kafka, connection: this.#connection, clientId: this.#clientId, open: this.#open, ...this.#options },
      options,
      events,
    );
    await member.join();
    return member;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#lanes.close(), this.#admin?.close()]);
    await this.#open.close();
  }

  get #clientId(): string {
    return this.#connection.clientId ?? "sallyport";
  }

  /** What it says there it says to whoever asked, too. */
  #heard<T extends PlatformaticClient>(client: T): T {
    client.on("error", () => undefined);
    return this.#open.of(client);
  }

  async #describeOne(topic: string, admin: PlatformaticAdmin): Promise<readonly [string, TopicFacts] | undefined> {
    try {
      const { topics } = await admin.metadata({ topics: [topic], autocreateTopics: false, forceUpdate: true, retries: 0 });
      const [described] = await admin.describeConfigs({ resources: [{ resourceType: TOPIC, resourceName: topic }] });
      const partitions = (topics.get(topic)?.partitions ?? []).filter((partition) => partition !== undefined);
      const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
      const config = new Map((described?.configs ?? []).map(({ name, value }) => [name, value ?? ""]));
      return [topic, { partitions: partitions.length, replicas, config }];
    } catch (error) {
      if (isUnknownTopic(error) || isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** It keeps Kafka's code to itself. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "PLT_KFK_USER" && error.message.startsWith("Unknown topic ");

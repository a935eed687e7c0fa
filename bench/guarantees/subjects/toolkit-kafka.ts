// message-queue-toolkit on Kafka. Its consumer tries a message three times in memory, commits it whatever came of it, and
// has no deduplication, no dead letters and no deadline. Its manual names no substitute, and Kafka has none.
import { ProduceAcks, Producer } from "@platformatic/kafka";
// By their paths: the package's own entry asks core for `precompileSchema`, which only parses faster and which no core that
// its SQS package works with has. What these two ask core for is in 25.4 as it is in 27.
import { AbstractKafkaConsumer } from "../node_modules/@message-queue-toolkit/kafka/dist/AbstractKafkaConsumer.js";
import { AbstractKafkaPublisher } from "../node_modules/@message-queue-toolkit/kafka/dist/AbstractKafkaPublisher.js";
import type { Subject, Work, Write } from "../subject.ts";
import { LEASE_S } from "../task.ts";
import { connectionTo, createTopics, PARTITIONS } from "./kafka-topics.ts";
import { changed, type Message, messageOf, messageSchema, NAME, reporting } from "./toolkit.ts";

type Handled = { readonly value: Message };
type Topics = [{ topic: string; schema: typeof messageSchema }];

const CONFIRMED = { acks: ProduceAcks.ALL, idempotent: true };
const SESSION = { sessionTimeout: LEASE_S * 1000, heartbeatInterval: 3000 };
const READ_FROM = { mode: "committed", fallbackMode: "earliest" } as const;

class TaskPublisher extends AbstractKafkaPublisher<Topics> {
  readonly sent: Buffer[] = [];

  constructor(url: string, topic: string) {
    super(reporting, { kafka: connectionTo(url), topicsConfig: [{ topic, schema: messageSchema }], ...CONFIRMED });
  }

  protected override handleMessageProcessed(processed: Parameters<AbstractKafkaPublisher<Topics>["handleMessageProcessed"]>[0]): void {
    this.sent.push(Buffer.from(JSON.stringify(processed.message.value)));
    super.handleMessageProcessed(processed);
  }
}

class TaskConsumer extends AbstractKafkaConsumer<Topics, undefined> {
  readonly #beforeAcknowledge: () => void;

  constructor(url: string, topic: string, work: Work, own: Write) {
    const handlers = { [topic]: { schema: messageSchema, handler: ({ value }: Handled) => work.handle(value.payload, own) } };
    const options = { groupId: `${topic}-workers`, handlers, batchProcessingEnabled: false as const, ...SESSION, ...READ_FROM };
    super(reporting, { kafka: connectionTo(url), ...options }, undefined);
    this.#beforeAcknowledge = work.beforeAcknowledge;
  }

  /** What it does last before it commits. */
  protected override handleMessageProcessed(
    processed: Parameters<AbstractKafkaConsumer<Topics, undefined>["handleMessageProcessed"]>[0],
  ): void {
    super.handleMessageProcessed(processed);
    if (processed.processingResult.status === "consumed") this.#beforeAcknowledge();
  }
}

const written = (settings: object): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

export const toolkitOnKafka: Subject = {
  name: NAME,
  broker: "kafka",
  settings: [
    `${PARTITIONS} partitions`,
    `acks all, idempotent ${CONFIRMED.idempotent}`,
    written(SESSION),
    written(READ_FROM),
    "no batches, which are retried and given up as a whole",
    "3 attempts, its own number, within milliseconds",
    "no deduplication, no dead letters and no handler's timeout: neither its Kafka consumer nor Kafka has any",
  ],
  declare: ({ url, world }) => createTopics(url, [{ name: world }]),
  async publish(place, tasks) {
    const publisher = new TaskPublisher(place.url, place.world);
    await publisher.init();
    for (const task of tasks) await publisher.publish(place.world, messageOf(task, place));
    await publisher.close();
    return publisher.sent;
  },
  async put({ url, world }, bytes) {
    const producer = new Producer(connectionTo(url));
    await producer.send({ messages: [{ topic: world, value: bytes }], ...CONFIRMED });
    await producer.close();
  },
  changed,
  async work({ url, world }, work, own) {
    const consumer = new TaskConsumer(url, world, work, own);
    await consumer.init();
    return consumer;
  },
  dead: async () => [],
};

import * as kafka from "@platformatic/kafka";
import { KafkaTransport, kafkaNames } from "@sallyport/guard/adapters/kafka";
import { KafkaJsTransport } from "@sallyport/guard/adapters/kafkajs";
import { Kafka, logLevel } from "kafkajs";
import { toolkitOnKafka } from "../guarantees/lanes/kafka.ts";
import { CONCURRENCY, GROUP, InWork, type Lane } from "./lane.ts";

const brokersOf = (url: string): string[] => [new URL(url).host];
const OPTIONS = { minInSyncReplicas: 1 } as const;

/** As an operator would have made them. */
async function createTopics(url: string, destination: string): Promise<void> {
  const admin = new kafka.Admin({ clientId: "bench", bootstrapBrokers: brokersOf(url) });
  const { topic, retries } = kafkaNames("", destination, GROUP);
  const configs = (bytes: number) => [
    { name: "compression.type", value: "gzip" },
    { name: "max.message.bytes", value: String(bytes) },
  ];
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1, configs: configs(1_048_588) });
  await admin.createTopics({ topics: retries.map((retry) => retry.topic), partitions: 1, replicas: 1, configs: configs(1_049_612) });
  await admin.close();
}

export const platformatic: Lane = {
  name: "Kafka, @platformatic/kafka",
  broker: "kafka",
  async raw(url, destination) {
    await createTopics(url, destination);
    const connection = { clientId: "bench", bootstrapBrokers: brokersOf(url) };
    const producer = new kafka.Producer(connection);
    const consumer = new kafka.Consumer({ ...connection, groupId: destination });
    return {
      publish: (bytes) => producer.send({ messages: [{ topic: destination, value: Buffer.from(bytes) }], acks: kafka.ProduceAcks.ALL }),
      async consume(count, handle) {
        const stream = await consumer.consume({ topics: [destination], autocommit: false, mode: "committed", fallbackMode: "earliest" });
        const inWork = new InWork();
        // Offsets are a watermark: the last of a partition stands for all before it.
        const last = new Map<number, { topic: string; partition: number; offset: bigint; leaderEpoch: number }>();
        let handled = 0;
        for await (const { topic, partition, offset, leaderEpoch, value } of stream) {
          inWork.add(handle(value));
          last.set(partition, { topic, partition, offset: offset + 1n, leaderEpoch });
          if (++handled % CONCURRENCY > 0 && handled < count) continue;
          await inWork.done();
          await consumer.commit({ offsets: [...last.values()] });
          last.clear();
          if (handled === count) break;
        }
      },
      async close() {
        await consumer.close(true);
        await producer.close(true);
      },
    };
  },
  async guarded(url, destination) {
    await createTopics(url, destination);
    const transport = new KafkaTransport(kafka, { clientId: "bench", bootstrapBrokers: brokersOf(url) }, OPTIONS);
    return { transport, close: async () => undefined };
  },
  async toolkit(url, destination, redis) {
    await createTopics(url, destination);
    return toolkitOnKafka(url, destination, redis);
  },
};

export const kafkaJs: Lane = {
  name: "Kafka, kafkajs",
  broker: "kafka",
  async raw(url, destination) {
    await createTopics(url, destination);
    const client = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING });
    const [producer, consumer] = [client.producer({ allowAutoTopicCreation: false }), client.consumer({ groupId: destination })];
    await Promise.all([producer.connect(), consumer.connect()]);
    return {
      publish: (bytes) => producer.send({ topic: destination, acks: -1, messages: [{ value: Buffer.from(bytes) }] }),
      async consume(count, handle) {
        await consumer.subscribe({ topics: [destination], fromBeginning: true });
        const { promise, resolve } = Promise.withResolvers<void>();
        const inWork = new InWork();
        let handled = 0;
        await consumer.run({
          autoCommit: false,
          eachBatch: async (given) => {
            for (const { value, offset } of given.batch.messages) {
              inWork.add(handle(value!));
              if (++handled % CONCURRENCY > 0 && handled < count) continue;
              await inWork.done();
              given.resolveOffset(offset);
              await given.commitOffsetsIfNecessary(given.uncommittedOffsets());
            }
            // What a batch leaves is resolved with its end.
            await inWork.done();
            if (handled === count) resolve();
          },
        });
        await promise;
      },
      async close() {
        await consumer.disconnect();
        await producer.disconnect();
      },
    };
  },
  async guarded(url, destination) {
    await createTopics(url, destination);
    const client = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING });
    return { transport: new KafkaJsTransport(client, OPTIONS), close: async () => undefined };
  },
};

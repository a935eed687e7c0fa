// It handles what a partition gave in batches and commits each; without them it commits every message and waits for it.
// It has no deduplication here, and after three tries in memory what failed is committed as if it had been handled.
import { ProduceAcks } from "@platformatic/kafka";
import { CONCURRENCY, type ToolkitLane } from "../../brokers/lane.ts";
import type { Order } from "../../event.ts";
// By their paths: what the package's own entry adds to them asks for a newer core, and only makes schemas parse faster.
import { AbstractKafkaConsumer } from "../node_modules/@message-queue-toolkit/kafka/dist/AbstractKafkaConsumer.js";
import { AbstractKafkaPublisher } from "../node_modules/@message-queue-toolkit/kafka/dist/AbstractKafkaPublisher.js";
import { connectionTo } from "../subjects/kafka-topics.ts";
import { counter, type Message, messageOf, messageSchema, reporting } from "./message.ts";

type Topics = [{ topic: string; schema: typeof messageSchema }];

class OrderPublisher extends AbstractKafkaPublisher<Topics> {
  constructor(url: string, topic: string) {
    super(reporting, { kafka: connectionTo(url), topicsConfig: [{ topic, schema: messageSchema }], acks: ProduceAcks.ALL });
  }
}

class OrderConsumer extends AbstractKafkaConsumer<Topics, undefined, true> {
  constructor(url: string, topic: string, handle: (order: Order) => void, committed: (messages: number) => void) {
    const handler = (messages: readonly { readonly value: Message }[]): void => {
      for (const { value } of messages) handle(value.payload);
    };
    const batches = { batchProcessingEnabled: true as const, batchProcessingOptions: { batchSize: CONCURRENCY, timeoutMilliseconds: 10 } };
    const from = { mode: "committed", fallbackMode: "earliest" } as const;
    const handlers = { [topic]: { schema: messageSchema, handler } };
    super(reporting, { kafka: connectionTo(url), groupId: topic, handlers, ...batches, ...from }, undefined);
    // Private in its types; nothing else tells when a commit is done.
    const own = this as unknown as { commit(batch: readonly unknown[]): Promise<void> };
    const commit = own.commit.bind(this);
    own.commit = async (batch) => {
      await commit(batch);
      committed(batch.length);
    };
  }
}

/** The topic is there. */
export const toolkitOnKafka: ToolkitLane = async (url, destination) => {
  const publisher = new OrderPublisher(url, destination);
  await publisher.init();
  let consumer: OrderConsumer | undefined;
  return {
    publish: (order) => publisher.publish(destination, messageOf(order)),
    published: async () => undefined,
    async consume(count, handle) {
      const commits = counter(count);
      const committed = (messages: number): void => {
        for (let one = 0; one < messages; one++) commits.one();
      };
      consumer = new OrderConsumer(url, destination, handle, committed);
      await consumer.init();
      await commits.all;
    },
    async close() {
      await consumer?.close();
      await publisher.close();
    },
  };
};

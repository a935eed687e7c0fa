// Apache Kafka over @platformatic/kafka: a topic for each destination, retry topics for each group, and offsets that are
// committed with what is settled behind them.
import { KafkaCarrier, type KafkaOptions } from "../kafka/carrier.ts";
import type { PlatformaticConnection, PlatformaticConsumer, PlatformaticKafka } from "../kafka/platformatic.ts";
import { browseTopic, lookingConsumer } from "../kafka/platformatic-browser.ts";
import { isTopicName } from "../kafka/names.ts";
import type { BrowsedPage, BrowseOptions, Browser } from "../ports/browser.ts";
import { PlatformaticLink } from "../kafka/platformatic-link.ts";
import type { TopicFault } from "../kafka/topic-checks.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";

export type { KafkaOptions } from "../kafka/carrier.ts";
export { type KafkaNames, namesOf as kafkaNames } from "../kafka/names.ts";
export { createCommand, type TopicFault, type TopicNeeds, topicSettings } from "../kafka/topic-checks.ts";
export { HEADERS_BYTES as RETRY_BYTES } from "../kafka/retry-record.ts";
export type { PlatformaticConnection, PlatformaticKafka } from "../kafka/platformatic.ts";

export class KafkaTransport implements Transport, Browser {
  readonly name = "kafka";
  readonly #carrier: KafkaCarrier;
  readonly #looker: () => PlatformaticConsumer;
  readonly #prefix: string;

  /**
   * `kafka` is the module itself, of which clients are made; `connection` is handed to each of them.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for an option that cannot be used.
   */
  constructor(kafka: PlatformaticKafka, connection: PlatformaticConnection, options: KafkaOptions = {}) {
    this.#looker = () => lookingConsumer(kafka, connection);
    this.#prefix = options.prefix ?? "";
    this.#carrier = new KafkaCarrier((link) => new PlatformaticLink(kafka, connection, link), options);
  }

  get capabilities(): Capabilities {
    return this.#carrier.capabilities;
  }

  send(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#carrier.send(messages);
  }

  receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    return this.#carrier.receive(options, onDeliveries);
  }

  /** Without a group, and so with nothing taken from any. A topic that is not there holds nothing. */
  async browse({ destination, after, most }: BrowseOptions): Promise<BrowsedPage> {
    const topic = `${this.#prefix}${destination}`;
    if (!isTopicName(topic)) return { messages: [], hasMore: false, gap: false };
    const consumer = this.#looker();
    try {
      return await browseTopic(consumer, topic, after, most);
    } finally {
      await consumer.close(true);
    }
  }

  /** What is wrong with the topics of a destination, and with those for a group's retries where one is given. Changes nothing. */
  faults(destination: string, of: { readonly group?: string; readonly maxBytes?: number } = {}): Promise<readonly TopicFault[]> {
    return this.#carrier.faults(destination, of);
  }

  /** Closes every client that it has made. */
  close(): Promise<void> {
    return this.#carrier.close();
  }
}

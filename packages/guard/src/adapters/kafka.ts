// Apache Kafka over @platformatic/kafka: a topic for each destination, retry topics for each group, and offsets that are
// committed with what is settled behind them.
import { KafkaCarrier, type KafkaOptions } from "../kafka/carrier.ts";
import type { PlatformaticConnection, PlatformaticKafka } from "../kafka/platformatic.ts";
import { PlatformaticLink } from "../kafka/platformatic-link.ts";
import type { TopicFault } from "../kafka/topic-checks.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";

export type { KafkaOptions } from "../kafka/carrier.ts";
export { type KafkaNames, namesOf as kafkaNames } from "../kafka/names.ts";
export { createCommand, type TopicFault, type TopicNeeds, topicSettings } from "../kafka/topic-checks.ts";
export { HEADERS_BYTES as RETRY_BYTES } from "../kafka/retry-record.ts";
export type { PlatformaticConnection, PlatformaticKafka } from "../kafka/platformatic.ts";

export class KafkaTransport implements Transport {
  readonly name = "kafka";
  readonly #carrier: KafkaCarrier;

  /**
   * `kafka` is the module itself, of which clients are made; `connection` is handed to each of them.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for an option that cannot be used.
   */
  constructor(kafka: PlatformaticKafka, connection: PlatformaticConnection, options: KafkaOptions = {}) {
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

  /** What is wrong with the topics of a destination, and with those for a group's retries where one is given. Changes nothing. */
  faults(destination: string, of: { readonly group?: string; readonly maxBytes?: number } = {}): Promise<readonly TopicFault[]> {
    return this.#carrier.faults(destination, of);
  }

  /** Closes every client that it has made. */
  close(): Promise<void> {
    return this.#carrier.close();
  }
}

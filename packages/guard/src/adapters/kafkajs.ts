// Apache Kafka over kafkajs: what adapters/kafka.ts does, for the client that most code still has.
import { KafkaCarrier, type KafkaOptions } from "../kafka/carrier.ts";
import type { KafkaJsClient } from "../kafka/kafkajs.ts";
import { KafkaJsLink } from "../kafka/kafkajs-link.ts";
import type { TopicFault } from "../kafka/topic-checks.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";

export type { KafkaOptions } from "../kafka/carrier.ts";
export type { TopicFault } from "../kafka/topic-checks.ts";
export type { KafkaJsClient } from "../kafka/kafkajs.ts";

export class KafkaJsTransport implements Transport {
  readonly name = "kafkajs";
  readonly #carrier: KafkaCarrier;

  /**
   * `kafka` is an instance of kafkajs' `Kafka`, of which clients are made.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for an option that cannot be used.
   */
  constructor(kafka: KafkaJsClient, options: KafkaOptions = {}) {
    this.#carrier = new KafkaCarrier((link) => new KafkaJsLink(kafka, link), options);
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

// RabbitMQ: an exchange for each destination, a quorum queue for each group, and one beside it for each delay. What a
// group has not settled is the broker's; what it will not deliver any more is kept, and nothing is dropped.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import type { AmqpConnection } from "../rabbitmq/channel.ts";
import { connectionOf, type RabbitMqTransportClient } from "../rabbitmq/connection.ts";
import { declare, unfitOf } from "../rabbitmq/declaring.ts";
import { transportError } from "../rabbitmq/failure.ts";
import { exchangeOf, namesOf, refusePrefix } from "../rabbitmq/names.ts";
import { Publishing } from "../rabbitmq/publishing.ts";
import { Retries } from "../rabbitmq/retries.ts";
import { type Declared, type RabbitMqGroup, wholeOf } from "../rabbitmq/topology.ts";
import { RabbitMqMember } from "./rabbitmq-member.ts";

export type { AmqplibClient } from "../rabbitmq/amqplib.ts";
export type { RabbitMqTransportClient } from "../rabbitmq/connection.ts";
export { exchangeOf as rabbitMqExchangeOf, namesOf as rabbitMqNamesOf } from "../rabbitmq/names.ts";
export type { RabbitMqClient } from "../rabbitmq/rabbitmq-client.ts";
export { type Declared as RabbitMqDeclared, type RabbitMqGroup, wholeOf as rabbitMqTopology } from "../rabbitmq/topology.ts";

export interface RabbitMqOptions {
  /** Before every name: an exchange is named `prefix:destination`. Default `sallyport`. */
  readonly prefix?: string;
  /** False where exchanges and queues are declared by others: what is missing is then refused. Default true. */
  readonly declares?: boolean;
  /**
   * With ordering by key, how many messages the member whose turn it is may hold, so that one key that waits holds up no
   * other: up to this many behind it. Default 10 000.
   */
  readonly orderWindow?: number;
  /**
   * How long a queue is declared before it is bound and takes its first message: a server that is killed within half a
   * second has lost it. Default 1.5 s, once in its life.
   */
  readonly newQueueMs?: number;
  /** After this without an answer the broker is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
  readonly clock?: Clock;
}

export interface RabbitMqFault {
  readonly declared: Declared;
  /** With the command that mends it; `undefined` when it is missing. */
  readonly error: SallyportError | undefined;
}

const MOST_PREFETCH = 65_535;
/** Of a key that is longer, its beginning: what shares it keeps one order. */
const MOST_KEY = 1024;

export class RabbitMqTransport implements Transport {
  readonly name = "rabbitmq";
  readonly capabilities: Capabilities = {
    acknowledges: true,
    delayedRetry: true,
    vouchesEnqueueTime: false,
    ordersByKey: true,
    persists: true,
    retentionMs: undefined,
  };
  readonly #connection: AmqpConnection;
  readonly #options: Required<Omit<RabbitMqOptions, "prefix">>;
  readonly #prefix: string;
  readonly #publishing: Publishing;
  readonly #retries: Retries;
  readonly #members = new Set<RabbitMqMember>();

  /**
   * Channels are opened on the client's connection: one to publish on, and one for each subscription.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for a client or an option that cannot be used.
   */
  constructor(client: RabbitMqTransportClient, options: RabbitMqOptions = {}) {
    const {
      prefix = "sallyport",
      declares = true,
      orderWindow = 10_000,
      newQueueMs = 1500,
      answerWithinMs = 5000,
      clock = systemClock,
    } = options;
    refusePrefix(prefix);
    refuseNoWindow(orderWindow);
    this.#prefix = prefix;
    this.#options = { declares, orderWindow, newQueueMs, answerWithinMs, clock };
    this.#connection = connectionOf(client);
    this.#publishing = new Publishing({ connection: this.#connection, ...this.#options });
    this.#retries = new Retries({ connection: this.#connection, publishing: this.#publishing, ...this.#options });
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.#publishing.publish(
      messages.map(({ id, destination, key, bytes }) => ({
        exchange: exchangeOf(this.#prefix, destination),
        routingKey: "",
        bytes,
        id,
        key: key?.slice(0, MOST_KEY),
      })),
    );
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    const names = namesOf(this.#prefix, options.destination, options.group);
    const onClose = (closed: RabbitMqMember): void => void this.#members.delete(closed);
    const parts = { connection: this.#connection, publishing: this.#publishing, retries: this.#retries, names, onClose, ...this.#options };
    const member = new RabbitMqMember(parts, options, onDeliveries);
    await member.join();
    this.#members.add(member);
    return member;
  }

  /** Makes what is missing of all that these groups need. @throws {SallyportError} `ERR_TRANSPORT_*`, `ERR_CONFIG_CAPABILITY`. */
  async declare(groups: readonly RabbitMqGroup[]): Promise<void> {
    try {
      await declare({ connection: this.#connection, ...this.#options }, this.#wholeOf(groups));
    } catch (error) {
      throw transportError(error);
    }
  }

  /** What is missing or otherwise of all that these groups need. Changes nothing. @throws {SallyportError} `ERR_TRANSPORT_*`. */
  async examine(groups: readonly RabbitMqGroup[]): Promise<readonly RabbitMqFault[]> {
    try {
      const unfit = await unfitOf({ connection: this.#connection, ...this.#options }, this.#wholeOf(groups));
      return unfit.map(({ declared, cause }) => ({ declared, error: cause === undefined ? undefined : transportError(cause) }));
    } catch (error) {
      throw transportError(error);
    }
  }

  #wholeOf(groups: readonly RabbitMqGroup[]): readonly Declared[] {
    return groups.flatMap((group) => wholeOf(namesOf(this.#prefix, group.destination, group.group), group));
  }

  /** The client stays as it is: it is the user's to close. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
    await this.#publishing.close();
  }
}

function refuseNoWindow(orderWindow: number): void {
  if (Number.isInteger(orderWindow) && orderWindow > 0 && orderWindow <= MOST_PREFETCH) return;
  throw new SallyportError("ERR_CONFIG_INVALID", "orderWindow is no number of messages", {
    place: "the RabbitMQ transport's options",
    remedy: `Give a whole number from 1 to ${MOST_PREFETCH}.`,
  });
}

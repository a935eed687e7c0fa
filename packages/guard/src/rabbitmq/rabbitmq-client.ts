// Channels of rabbitmq-client, whose connection recovers by itself.
import {
  type AmqpChannel,
  type AmqpConnection,
  type ChannelEvents,
  CONTENT_TYPE,
  Ending,
  KEY_HEADER,
  shortOf,
  textOf,
  viewOf,
} from "./channel.ts";

interface Message {
  readonly deliveryTag: number;
  readonly body: unknown;
  readonly messageId?: string;
  readonly headers?: { readonly [name: string]: unknown };
}

interface RabbitMqClientChannel {
  on(name: "basic.cancel", listener: (tag: string, error: unknown) => void): unknown;
  on(name: "basic.return", listener: (message: { readonly correlationId?: string }) => void): unknown;
  on(name: "close", listener: () => void): unknown;
  on(name: "error", listener: (error: unknown) => void): unknown;
  exchangeDeclare(params: { exchange: string; type?: string; durable?: boolean; passive?: boolean }): Promise<unknown>;
  queueDeclare(params: { queue: string; durable?: boolean; passive?: boolean; arguments?: object }): Promise<unknown>;
  queueBind(params: { queue: string; exchange: string; routingKey: string }): Promise<unknown>;
  confirmSelect(): Promise<unknown>;
  basicPublish(envelope: object, body: Buffer): Promise<void>;
  basicConsume(params: { queue: string }, listener: (message: Message) => void): Promise<unknown>;
  basicQos(params: { prefetchCount: number }): Promise<unknown>;
  basicAck(params: { deliveryTag: number }): void;
  close(): Promise<void>;
}

/** A `Connection` of rabbitmq-client from version 5 on. */
export interface RabbitMqClient {
  acquire(options: { emitErrorsFromChannel: true }): Promise<RabbitMqClientChannel>;
  on(name: "connection", listener: () => void): unknown;
  on(name: "connection.blocked", listener: (reason: string) => void): unknown;
  on(name: "connection.unblocked", listener: () => void): unknown;
  off(name: string, listener: (reason: string) => void): unknown;
}

export const rabbitMqClientConnection = (client: RabbitMqClient): AmqpConnection => ({
  async open(events) {
    const channel = await client.acquire({ emitErrorsFromChannel: true });
    await channel.confirmSelect();
    return channelOf(channel, events);
  },
  onBlocked(listener) {
    const over = (): void => listener(undefined);
    client.on("connection.blocked", listener);
    client.on("connection.unblocked", over);
    client.on("connection", over);
    return () => {
      client.off("connection.blocked", listener);
      client.off("connection.unblocked", over);
      client.off("connection", over);
    };
  },
});

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function channelOf(channel: RabbitMqClientChannel, events: ChannelEvents): AmqpChannel {
  const ending = new Ending(events);
  const returned = new Set<string>();
  let [published, prefetched] = [0, 0];
  channel.on("error", (error) => ending.because(error));
  channel.on("close", () => ending.lost());
  channel.on("basic.return", ({ correlationId }) => void returned.add(String(correlationId)));
  channel.on("basic.cancel", (_tag, error) => {
    ending.because(error);
    ending.lost();
  });
  /** Of what was under way one is told why the channel was closed; the others, only that it was. */
  const told = (error: unknown): never => {
    if (codeOf(error) !== "CH_CLOSE") ending.because(error);
    throw ending.why(error);
  };
  return {
    declareExchange: (exchange, type) => channel.exchangeDeclare({ exchange, type, durable: true }).catch(told),
    declareQueue: (queue, args) => channel.queueDeclare({ queue, durable: true, arguments: args }).catch(told),
    checkExchange: (exchange) => channel.exchangeDeclare({ exchange, passive: true }).catch(told),
    checkQueue: (queue) => channel.queueDeclare({ queue, passive: true }).catch(told),
    bind: (queue, exchange, routingKey) => channel.queueBind({ queue, exchange, routingKey }).catch(told),
    async publish({ exchange, routingKey, bytes, id, key }) {
      const correlationId = String(++published);
      const headers = key === undefined ? {} : { [KEY_HEADER]: key };
      const properties = { durable: true, messageId: shortOf(id), correlationId, contentType: CONTENT_TYPE, headers };
      try {
        await channel.basicPublish({ exchange, routingKey, mandatory: true, ...properties }, viewOf(bytes));
      } catch (error) {
        return codeOf(error) === "NACK" ? "refused" : told(error);
      }
      // It is told of what was returned after the confirmation, though it came before.
      await nextTurn();
      return returned.delete(correlationId) ? "returned" : "taken";
    },
    async consume(queue, prefetch, onArrived) {
      prefetched = prefetch;
      await channel.basicQos({ prefetchCount: prefetch }).catch(told);
      await channel
        .basicConsume({ queue }, ({ deliveryTag, body, messageId, headers }) =>
          onArrived({ tag: deliveryTag, bytes: bytesOf(body), id: textOf(messageId), key: textOf(headers?.[KEY_HEADER]) }),
        )
        .catch(told);
    },
    acknowledge: (tag) => channel.basicAck({ deliveryTag: tag }),
    roundTrip: () => channel.basicQos({ prefetchCount: prefetched }).catch(told),
    close() {
      ending.expected();
      return channel.close();
    },
  };
}

/** This client reads what says that it is text or JSON, which nothing of ours does. */
const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));

// Channels of amqplib, on a connection that recovers: one that does not is of no use after its first bad day.
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
  readonly content: Buffer;
  readonly fields: { readonly deliveryTag: number };
  readonly properties: {
    readonly messageId: unknown;
    readonly correlationId: unknown;
    readonly headers: { [name: string]: unknown } | undefined;
  };
}

interface AmqplibChannel {
  on(event: "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "return", listener: (message: Message) => void): unknown;
  assertExchange(exchange: string, type: string, options: { durable: true }): Promise<unknown>;
  assertQueue(queue: string, options: { durable: true; arguments: object }): Promise<unknown>;
  checkExchange(exchange: string): Promise<unknown>;
  checkQueue(queue: string): Promise<unknown>;
  bindQueue(queue: string, source: string, pattern: string): Promise<unknown>;
  publish(exchange: string, routingKey: string, content: Buffer, options: object, callback: (error: unknown) => void): boolean;
  consume(queue: string, onMessage: (message: Message | null) => void): Promise<unknown>;
  prefetch(count: number): Promise<unknown>;
  ack(message: Message): void;
  close(): Promise<unknown>;
}

/** What `connect(url, { recovery: true })` of amqplib from version 1.1 on resolves with. */
export interface AmqplibClient {
  createConfirmChannel(): Promise<AmqplibChannel>;
  waitForConnect(): Promise<unknown>;
  on(event: "blocked", listener: (reason: string) => void): unknown;
  on(event: "unblocked" | "disconnect", listener: () => void): unknown;
  off(event: string, listener: (reason: string) => void): unknown;
}

export const amqplibConnection = (client: AmqplibClient): AmqpConnection => ({
  open: async (events) => channelOf(await client.createConfirmChannel(), events),
  onBlocked(listener) {
    const over = (): void => listener(undefined);
    client.on("blocked", listener);
    client.on("unblocked", over);
    client.on("disconnect", over);
    return () => {
      client.off("blocked", listener);
      client.off("unblocked", over);
      client.off("disconnect", over);
    };
  },
});

function channelOf(channel: AmqplibChannel, events: ChannelEvents): AmqpChannel {
  const ending = new Ending(events);
  const returned = new Set<string>();
  let [published, prefetched] = [0, 0];
  channel.on("error", (error) => ending.because(error));
  channel.on("close", () => ending.lost());
  channel.on("return", ({ properties }) => void returned.add(String(properties.correlationId)));
  return {
    declareExchange: (name, type) => channel.assertExchange(name, type, { durable: true }),
    declareQueue: (name, args) => channel.assertQueue(name, { durable: true, arguments: args }),
    checkExchange: (name) => channel.checkExchange(name),
    checkQueue: (name) => channel.checkQueue(name),
    bind: (queue, exchange, routingKey) => channel.bindQueue(queue, exchange, routingKey),
    publish: ({ exchange, routingKey, bytes, id, key }) =>
      new Promise((resolve, reject) => {
        const correlationId = String(++published);
        const headers = key === undefined ? {} : { [KEY_HEADER]: key };
        const options = { persistent: true, mandatory: true, messageId: shortOf(id), correlationId, contentType: CONTENT_TYPE, headers };
        channel.publish(exchange, routingKey, viewOf(bytes), options, (error) => {
          // What no queue is bound for is returned first, and then confirmed.
          if (returned.delete(correlationId)) resolve("returned");
          else if (error === null) resolve("taken");
          else if (error instanceof Error && error.message === "message nacked") resolve("refused");
          else reject(ending.why(error));
        });
      }),
    async consume(queue, prefetch, onArrived) {
      prefetched = prefetch;
      await channel.prefetch(prefetch);
      await channel.consume(queue, (message) => {
        if (message === null) {
          ending.because(new Error(`the broker ended what was consumed from ${queue}`));
          return ending.lost();
        }
        const { content, fields, properties } = message;
        onArrived({
          tag: fields.deliveryTag,
          bytes: content,
          id: textOf(properties.messageId),
          key: textOf(properties.headers?.[KEY_HEADER]),
        });
      });
    },
    acknowledge: (tag) => channel.ack({ fields: { deliveryTag: tag } } as Message),
    roundTrip: () => channel.prefetch(prefetched),
    async close() {
      ending.expected();
      await channel.close();
    },
  };
}

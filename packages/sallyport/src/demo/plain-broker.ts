// The embedded broker as an ordinary client shows it: queues, headers, ack, nack. No contract, no signature, no
// claim. It behaves as RabbitMQ does where that matters here: a nack cannot change a header, what is requeued comes
// back at once, unacknowledged messages fill the prefetch, and what is rejected without a declared dead-letter exchange
// is dropped without a word.
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import type { Delivery } from "@sallyport/guard/ports";
import { SqliteDatabase } from "@sallyport/guard/sqlite";

const ROUND_TRIP_MS = 20;

export interface Message {
  readonly content: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Consumed extends Message {
  ack(): Promise<void>;
  nack(requeue: boolean): Promise<void>;
}

export class Channel {
  readonly #transport: SqliteTransport;
  readonly #deadLetterExchanges = new Set<string>();

  constructor(file: string) {
    this.#transport = new SqliteTransport(new SqliteDatabase(file), { pollMs: 10, visibilityMs: 1000 });
  }

  assertExchange(name: string): void {
    this.#deadLetterExchanges.add(name);
  }

  async send(queue: string, content: string, headers: Message["headers"] = {}): Promise<void> {
    await this.#transport.send([{ id: "", destination: queue, key: undefined, bytes: encode({ content, headers }) }]);
  }

  async consume(
    queue: string,
    options: { readonly prefetch: number; readonly deadLetterExchange?: string; readonly deadLetterQueue?: string },
    onMessage: (message: Consumed) => void,
  ): Promise<void> {
    const { prefetch, deadLetterExchange = "", deadLetterQueue = "" } = options;
    const give = (delivery: Delivery): void => {
      const message = decode(delivery.bytes);
      onMessage({
        ...message,
        ack: () => delivery.ack(),
        nack: async (requeue) => {
          // Back to the head of the queue, and from there to the place in the prefetch that it has just left.
          if (requeue) return void setTimeout(() => give(delivery), ROUND_TRIP_MS);
          if (this.#deadLetterExchanges.has(deadLetterExchange)) await this.send(deadLetterQueue, message.content, message.headers);
          return delivery.ack();
        },
      });
    };
    await this.#transport.receive({ destination: queue, group: queue, ordering: "none", prefetch }, (deliveries) =>
      deliveries.forEach(give),
    );
  }
}

export const encode = (message: Message): Uint8Array => new TextEncoder().encode(JSON.stringify(message));

export function decode(bytes: Uint8Array): Message {
  const text = new TextDecoder().decode(bytes);
  try {
    const { content, headers } = JSON.parse(text) as Message;
    if (typeof content === "string") return { content, headers };
  } catch {
    // Bytes that no client of this kind wrote: the content is what came.
  }
  return { content: text, headers: {} };
}

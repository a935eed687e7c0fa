// What the laws of transports are, and read and send with.
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import type { Law } from "./claim-store-laws.ts";

export interface TransportLaw extends Law {
  /** Of a transport without this capability the law asks nothing. */
  readonly needs: keyof Capabilities | undefined;
}

export type MakeLaw = (name: string, needs: TransportLaw["needs"], run: (transport: Transport) => Promise<void>) => TransportLaw;

export interface Inbox {
  readonly subscription: Subscription;
  /** Waits for this many more deliveries. */
  readonly take: (count: number) => Promise<Delivery[]>;
  readonly waiting: () => number;
  /** Waits until there is one, and leaves it there. */
  readonly arrival: () => Promise<void>;
}

export async function inbox(transport: Transport, options: Partial<ReceiveOptions> = {}): Promise<Inbox> {
  const arrived: Delivery[] = [];
  let woken = Promise.withResolvers<void>();
  const until = async (count: number): Promise<void> => {
    while (arrived.length < count) await woken.promise;
  };
  const subscription = await transport.receive(
    { destination: "orders", group: "g", ordering: "none", prefetch: 10, ...options },
    (batch) => {
      arrived.push(...batch);
      woken.resolve();
      woken = Promise.withResolvers();
    },
  );
  return {
    subscription,
    waiting: () => arrived.length,
    arrival: () => until(1),
    async take(count) {
      await until(count);
      return arrived.splice(0, count);
    },
  };
}

let sent = 0;
export const message = (text: string, key?: string): OutgoingMessage => ({
  id: String(++sent),
  destination: "orders",
  key,
  bytes: new TextEncoder().encode(text),
});
export const send = (transport: Transport, texts: readonly string[]): Promise<void> => transport.send(texts.map((text) => message(text)));
export const textsOf = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map((delivery) => new TextDecoder().decode(delivery.bytes));
/** Between keys there is no order. */
export const byText = (deliveries: readonly Delivery[]): readonly Delivery[] =>
  deliveries.toSorted((one, other) => (textsOf([one])[0]! < textsOf([other])[0]! ? -1 : 1));

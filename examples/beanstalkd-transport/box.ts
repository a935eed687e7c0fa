// What the tests of the transport have in common.
import { connect, type Socket } from "node:net";
import type { Delivery, ReceiveOptions } from "@sallyport/guard/ports";
import { onTestFinished } from "vitest";
import { type BeanstalkdOptions, BeanstalkdTransport } from "./transport.ts";

export const ORDERS: ReceiveOptions = { destination: "orders", group: "g", ordering: "none", prefetch: 10 };
export const message = { id: "1", destination: "orders", key: undefined, bytes: Buffer.from("a") };
export const saying = (text: string) => ({ ...message, bytes: Buffer.from(text) });
export const GROUPS = new Map([["orders", ["g", "one", "two"]]]);
export const groupsOf = (destination: string): readonly string[] => GROUPS.get(destination) ?? [];
export const connector = (url: string) => (): Socket => connect(Number(new URL(url).port), "127.0.0.1");

/** Connections that can be cut all at once; after `die` there are no others. */
export function cuttable(url: string) {
  const sockets: Socket[] = [];
  let isDead = false;
  const cut = (): void => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  return {
    cut,
    left: () => sockets.filter(({ destroyed }) => !destroyed).length,
    open: (): Socket => {
      const socket = isDead ? connect(1, "127.0.0.1") : connector(url)();
      sockets.push(socket);
      return socket;
    },
    die: async (): Promise<void> => {
      isDead = true;
      cut();
    },
  };
}

export const opened = (options: Partial<BeanstalkdOptions> & Pick<BeanstalkdOptions, "connect">): BeanstalkdTransport => {
  const transport = new BeanstalkdTransport({ groupsOf, ...options });
  onTestFinished(() => transport.close());
  return transport;
};
/** One that takes all that comes, and settles nothing. */
export const collect = async (transport: BeanstalkdTransport, options: Partial<ReceiveOptions> = {}): Promise<Delivery[]> => {
  const deliveries: Delivery[] = [];
  await transport.receive({ ...ORDERS, ...options }, (batch) => deliveries.push(...batch));
  return deliveries;
};
export const texts = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ bytes }) => Buffer.from(bytes).toString());

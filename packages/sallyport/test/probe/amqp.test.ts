// What travels beside a message of RabbitMQ, and which queue reads what.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import { besideIn, propertiesOf, publishOptions } from "../../src/probe/taps/amqp-properties.ts";
import { type Binding, comesBackTo, type Layout, type Queue, readBy } from "../../src/probe/taps/amqp-routing.ts";
import { Management } from "../../src/probe/taps/rabbitmq-management.ts";
import { encoded, type Seen } from "../../src/probe/taps/tap.ts";

const PROPERTIES = { message_id: "m1", delivery_mode: 2, priority: 3, headers: { count: 0, tenant: "a" } };
const message = (headers: Record<string, string>) => ({ destination: "orders", bytes: encoded("{}"), headers });

test("a copy has the same properties and headers, of the same types", () => {
  const { headers } = besideIn(PROPERTIES);
  expect(headers).toMatchObject({ message_id: "m1", priority: "3", count: "0", tenant: "a" });
  expect(propertiesOf(message(headers))).toEqual(PROPERTIES);
  expect(publishOptions(message(headers))).toEqual({ messageId: "m1", deliveryMode: 2, priority: 3, headers: PROPERTIES.headers });
});

test("what was changed of them is sent as it is now, and a message without any is kept on the disk", () => {
  const changed = { ...besideIn(PROPERTIES).headers, tenant: "b", message_id: "m2" };
  expect(propertiesOf(message(changed))).toEqual({ ...PROPERTIES, message_id: "m2", headers: { count: 0, tenant: "b" } });
  expect(propertiesOf(message({ reply_to: "me", own: "x" }))).toEqual({ delivery_mode: 2, reply_to: "me", headers: { own: "x" } });
});

const bound = (source: string, routing_key: string, destination = "q"): Binding => ({
  source,
  routing_key,
  destination,
  destination_type: "queue",
});
const seen = ["events/order.new.eu", "events/order.old", "events", "logs/a", "order.new.eu"].map((destination): Seen => ({
  ...message({}),
  destination,
  text: "{}",
  form: destination === "order.new.eu" ? "queue" : "exchange",
  own: false,
}));

test("a queue reads what its bindings let through, of what was seen", () => {
  expect(readBy(bound("events", "order.#"), "topic", seen)).toEqual(["events/order.new.eu", "events/order.old"]);
  expect(readBy(bound("events", "order.*"), "topic", seen.slice(0, 2))).toEqual(["events/order.old"]);
  expect(readBy(bound("events", "*.paid"), "topic", seen.slice(0, 2))).toEqual(["events/*.paid"]);
  expect(readBy(bound("events", "order.old"), "direct", seen)).toEqual(["events/order.old"]);
  expect(readBy(bound("logs", ""), "fanout", seen)).toEqual(["logs/a"]);
  expect(readBy(bound("audit", ""), "fanout", seen)).toEqual(["audit"]);
});

test("what waits in a queue of a delay is owed to the queue that it comes back to", () => {
  const layout: Layout = {
    bindings: [bound("retries", "back"), bound("retries", "dead", "dead")],
    exchanges: new Map([["retries", "direct"]]),
  };
  const delay = (name: string, given: Record<string, unknown>): Queue => ({ name, arguments: given });
  expect(comesBackTo(delay("d", { "x-dead-letter-exchange": "retries", "x-dead-letter-routing-key": "back" }), layout)).toEqual(["q"]);
  expect(comesBackTo(delay("d", { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q" }), layout)).toEqual(["q"]);
  expect(comesBackTo(delay("dead", {}), layout)).toEqual([]);
});

test("of virtual hosts that several change at once, none loses its firehose", async () => {
  // As the node does it: the list is read, changed and written back.
  let traced: readonly string[] = [];
  const change = async (url: string): Promise<void> => {
    const before = traced;
    await after(5);
    traced = [...before, url];
  };
  const node = createServer(({ url = "" }, response) => void change(url).then(() => response.writeHead(204).end()));
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  const address = `http://guest:guest@127.0.0.1:${(node.address() as AddressInfo).port}`;
  const names = ["a", "b", "c", "d"];
  await Promise.all(names.map((name) => new Management(address).ask("PUT", `vhosts/${name}`, { tracing: true })));
  expect(traced).toEqual(names.map((name) => `/api/vhosts/${name}`));
  node.close();
});

test("a change of a virtual host that fails is said, and holds up no other", async () => {
  const node = createServer(({ url }, response) => response.writeHead(url === "/api/vhosts/bad" ? 500 : 204).end());
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  const management = new Management(`http://guest:guest@127.0.0.1:${(node.address() as AddressInfo).port}`);
  const [bad, good] = await Promise.allSettled(["bad", "good"].map((name) => management.ask("DELETE", `vhosts/${name}`)));
  expect(bad).toMatchObject({ status: "rejected", reason: new Error("the management API answers vhosts/bad with 500") });
  expect(good).toMatchObject({ status: "fulfilled" });
  node.close();
});

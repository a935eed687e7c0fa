// What the ready-made server, worker and operator's commands know of Kafka, on the real broker and with its own tools.
import { inspect } from "node:util";
import { contract, event } from "@sallyport/guard";
import type { Delivery } from "@sallyport/guard/ports";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { kafkaTool, saslKafka } from "../../../../scripts/brokers/kafka.ts";
import { withAdmin } from "../../../guard/test/adapters/kafka-topics.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { ownServer } from "../../../guard/test/own-server.ts";
import { type Layout, type OpenedBroker, PASSWORD, type Role } from "../../src/brokers/broker.ts";
import { chooseBroker } from "../../src/brokers/choose.ts";
import { kafka } from "../../src/brokers/kafka.ts";
import { layoutOf } from "../../src/brokers/layout.ts";

const within = { timeout: 20_000, interval: 100 };
const SLOW = { timeout: 240_000 };
const ADMIN = `security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin";`;

let made = 0;
const layout = (group = "workers"): Layout => {
  const name = `shop${process.pid}x${++made}`;
  const shop = contract({
    name,
    events: {
      "order.placed": event({
        description: "An order was placed.",
        schema: z.strictObject({ orderId: z.string().max(64) }),
        destination: `${name}-orders`,
        key: ({ orderId }) => orderId,
        ordering: "key",
      }),
      "note.written": event({
        description: "A note was written.",
        schema: z.strictObject({ text: z.string().max(64) }),
        destination: `${name}-notes`,
      }),
    },
  });
  return layoutOf(shop, { group });
};

const open = async (url: string): Promise<OpenedBroker> => {
  const { kind: broker, address } = chooseBroker(url, false);
  const opened = await broker.open(address, { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined });
  onTestFinished(() => opened.close());
  return opened;
};

const wrongs = async (opened: OpenedBroker, of: Layout, role?: Role) =>
  (await Promise.all(opened.checks(of, role).map((check) => check.run()))).flat();

const outgoing = (destination: string) => [{ id: "x", destination, key: undefined, bytes: Buffer.from("x") }];

const first = async ({ transport }: OpenedBroker, of: Layout, destination: string): Promise<Delivery> => {
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  const subscription = await transport.receive({ destination, group: of.group, ordering: "none", prefetch: 1 }, ([one]) => resolve(one!));
  onTestFinished(() => subscription.close());
  return promise;
};

describe("[OPS-04] an address of Kafka", () => {
  test.each(["kafka://u:p@broker.example", "kafkas://broker.example", "kafkas://u:p@one,kafka.example:9092/?x"])("%s is refused", (url) => {
    expect(() => chooseBroker(url, false)).toThrow(expect.objectContaining({ name: "SallyportError" }));
  });

  test.each(["kafka://127.0.0.1:9092", "kafkas://u:p@one.example,two.example:9093", "kafka://u:p@localhost?mechanism=PLAIN"])(
    "%s is taken",
    (url) => {
      expect(chooseBroker(url, false).kind).toBe(kafka);
    },
  );
});

describeBroker("kafka", "Kafka of the ready-made server", (url) => {
  const alter = (topic: string, settings: readonly (readonly [string, string, ...unknown[]])[]): Promise<void> =>
    withAdmin(url, (admin) => {
      const configs = settings.map(([name, value]) => ({ name, value, configOperation: 0 as const }));
      return admin.incrementalAlterConfigs({ resources: [{ resourceType: 2, resourceName: topic, configs }] });
    });

  test("what the topology's commands make is what the checks want, but for machines that are not here", SLOW, async () => {
    const of = layout();
    const topics = kafka.topology(of).filter(({ kind }) => kind === "topic");
    expect(topics).toHaveLength(8);
    // The first is a destination's, the second of its retries.
    const some = topics.slice(0, 2);
    for (const { command } of some) await kafkaTool(command.replace("--replication-factor 3", "--replication-factor 1"), url);
    const faults = async (options = "") => {
      const found = await wrongs(await open(url.concat(options)), of);
      return found.filter(({ what }) => some.some(({ name }) => what.startsWith(`topic ${name} `)));
    };
    const found = await faults();
    expect(found.map(({ what }) => what.replace(/^topic \S+ /, ""))).toEqual(Array(2).fill("has min.insync.replicas=2 of 1 replicas"));
    for (const { mend } of found) await kafkaTool(mend, url);
    await expect.poll(() => faults("?minInSyncReplicas=1"), within).toEqual([]);
  });

  test("of an address that says otherwise, what the topology's commands make is what the checks of that address want", SLOW, async () => {
    const of = layout();
    const { kind, address } = chooseBroker(`${url}?minInSyncReplicas=1&vouchesEnqueueTime=true`, false);
    const some = kind.topology(of, address).slice(0, 2);
    for (const { command } of some) await kafkaTool(command, url);
    const opened = await open(address.reveal());
    const left = async (): Promise<readonly string[]> =>
      (await wrongs(opened, of)).map(({ what }) => what).filter((what) => some.some(({ name }) => what.startsWith(`topic ${name} `)));
    await expect.poll(left, within).toEqual([]);
    await opened.declare(of);
    await expect.poll(() => wrongs(opened, of), within).toEqual([]);
    // One is made by a command, and one was declared: of the destination, and of a retry.
    const promised = kind.topology(of, address).map(({ name, settings }) => ({ name, settings }));
    const configOf = (topic: string) =>
      withAdmin(url, async (admin) => {
        const [{ configs } = { configs: [] }] = await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName: topic }] });
        return new Map(configs.map(({ name, value }) => [name, value]));
      });
    for (const { name, settings } of promised.slice(0, 8)) {
      const config = await configOf(name);
      for (const [setting, value] of Object.entries(settings)) if (setting !== "partitions") expect(config.get(setting)).toBe(value);
    }
  });

  test("what the checks say of topics that are not there makes those that the topology makes", async () => {
    const of = layout();
    const { kind, address } = chooseBroker(`${url}?minInSyncReplicas=1`, false);
    const commands = kind.topology(of, address).filter(({ kind: what }) => what === "topic");
    const found = await wrongs(await open(address.reveal()), of);
    expect(found.map(({ mend }) => mend)).toEqual(commands.map(({ command }) => command));
  });

  test("what is declared passes the checks, and what is there is left as it is", SLOW, async () => {
    const of = layout();
    const opened = await open(`${url}?minInSyncReplicas=1`);
    expect((await wrongs(opened, of)).map(({ mend }) => mend.split(" ").slice(0, 2).join(" "))).toEqual(
      Array(8).fill("kafka-topics.sh --create"),
    );
    await opened.declare(of);
    await expect.poll(() => wrongs(opened, of), within).toEqual([]);
    const { name } = kafka.topology(of)[0]!;
    await alter(name, [["retention.ms", "1000"]]);
    await opened.declare(of);
    await expect.poll(async () => (await wrongs(opened, of)).length, within).toBe(1);
  });

  test("a topic that is set wrong is found, and mended by the commands that are said", SLOW, async () => {
    const wrong = [
      ["cleanup.policy", "compact", "PSN-11"],
      ["min.insync.replicas", "2", "takes no message"],
      ["unclean.leader.election.enable", "true", "PUB-11"],
      ["retention.ms", "60000", "REP-09"],
      ["retention.bytes", "1000000", "PSN-11"],
      ["message.timestamp.type", "CreateTime", "REP-09"],
      ["max.message.bytes", "10000", "PSN-03"],
    ] as const;
    const of = layout();
    const opened = await open(`${url}?minInSyncReplicas=1&vouchesEnqueueTime=true`);
    await opened.declare(of);
    expect(await wrongs(opened, of)).toEqual([]);
    await alter(of.places[0]!.destination, wrong);
    await expect.poll(async () => (await wrongs(opened, of)).length, within).toBe(wrong.length);
    const found = await wrongs(opened, of);
    for (const [index, [setting, value, breaks]] of wrong.entries()) {
      expect(found[index]!.what).toContain(`${setting}=${value}`);
      expect(found[index]!.breaks).toContain(breaks);
      await kafkaTool(found[index]!.mend, url);
    }
    await expect.poll(() => wrongs(opened, of), within).toEqual([]);
  });

  test("[DST-07] [OPS-05] each role's rights, given to the real tools, let it do its part and no other's", SLOW, async () => {
    const server = await ownServer(saslKafka);
    const plain = layout();
    const [orders, notes] = plain.places.map(({ destination }) => destination) as [string, string];
    const of = { ...plain, places: plain.places.map((place) => ({ ...place, readable: place.destination === notes })) };
    const other = layout();
    const admin = await open(server.url.replace("://", "://admin:admin@").concat("?mechanism=PLAIN&minInSyncReplicas=1"));
    await admin.declare(of);
    await admin.declare(other);
    await expect.poll(async () => [...(await wrongs(admin, of)), ...(await wrongs(admin, other))], within).toEqual([]);
    const as = async (role: Role): Promise<OpenedBroker> => {
      const { user, text } = kafka.rights(of, role);
      for (const line of text.split("\n")) await kafkaTool(line.replace(PASSWORD, `secret-${role}`), server.url, ADMIN);
      return open(server.url.replace("://", `://${user}:secret-${role}@`).concat("?minInSyncReplicas=1"));
    };
    const publisher = await as("server");
    const worker = await as("worker");
    const operator = await as("operator");
    const refused = { code: "ERR_TRANSPORT_REFUSED" };

    await publisher.transport.send(outgoing(orders));
    await operator.transport.send(outgoing(notes));
    const delivery = await first(worker, of, orders);
    await delivery.retryAfter(1);
    await (await first(worker, of, notes)).ack();
    expect(await wrongs(worker, of, "worker")).toEqual([]);
    // Each is asked for what it may see: of the retries' topics, neither of these may.
    for (const [opened, role] of [
      [publisher, "server"],
      [operator, "operator"],
    ] as const)
      expect(await wrongs(opened, of, role)).toEqual([]);

    const look = (destination: string) => publisher.transport.browse!({ destination, after: undefined, most: 5 });
    expect((await look(notes)).messages).toHaveLength(1);
    await expect(look(orders)).rejects.toMatchObject(refused);

    const elsewhere = other.places[0]!.destination;
    await expect(publisher.transport.send(outgoing(elsewhere))).rejects.toMatchObject(refused);
    await expect(operator.transport.send(outgoing(elsewhere))).rejects.toMatchObject(refused);
    await expect(worker.transport.send(outgoing(orders))).rejects.toMatchObject(refused);
    await expect(first(worker, other, elsewhere)).rejects.toMatchObject(refused);
    await expect(first(worker, { ...of, group: "others" }, orders)).rejects.toMatchObject(refused);
    await expect(first(publisher, of, orders)).rejects.toMatchObject(refused);
  });

  test("[OPS-05] who is not let in is not quoted", SLOW, async () => {
    const server = await ownServer(saslKafka);
    const failed = await open(server.url.replace("://", "://admin:s3cr3t!@").concat("?mechanism=PLAIN")).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    expect(inspect(failed, { showHidden: true, depth: 9 })).not.toMatch(/s3cr3t/);
  });
});

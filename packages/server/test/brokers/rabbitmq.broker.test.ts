// The ready-made server's RabbitMQ, on a real one: its checks, what it declares, and the rights that it says are enough
// and no more, which the server itself enforces.
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { contract, event } from "@sallyport/guard";
import { connect } from "amqplib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { sharedCtl, sharedShell } from "../../../guard/test/rabbitmq-server.ts";
import { Address } from "../../src/brokers/address.ts";
import { type OpenedBroker, type OpenSettings, PASSWORD, type Role, ROLES } from "../../src/brokers/broker.ts";
import { chooseBroker } from "../../src/brokers/choose.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { rabbitmq } from "../../src/brokers/rabbitmq.ts";

const SETTINGS: OpenSettings = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };
const SECRET = "of-this-test-alone";
const SLOW = { timeout: 120_000 };
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" };
const schema = z.strictObject({ item: z.string().max(64) });
const shop = contract({
  name: "shop",
  events: {
    "order.placed": event({ description: "An order.", schema, destination: "orders.eu", key: ({ item }) => item, ordering: "key" }),
    "price.set": event({ description: "A price.", schema, destination: "prices.{tenant}" }),
  },
});
const LAYOUT = layoutOf(shop, { tenants: ["acme"], policy: { maxRetryMs: 1000, leaseMs: 1000 } });
const OTHER = layoutOf(contract({ name: "other", events: { secret: event({ description: "x", schema, destination: "secrets" }) } }), {});
const message = (destination: string) => ({ id: "1", destination, key: undefined, bytes: new TextEncoder().encode("{}") });

let hosts = 0;

async function open(url: string): Promise<OpenedBroker> {
  const opened = await rabbitmq.open(Address.parse(url), SETTINGS);
  onTestFinished(() => opened.close());
  return opened;
}

describeBroker("rabbitmq", "RabbitMQ, ready made", (url) => {
  /** A virtual host of one test's own. */
  async function freshHost(): Promise<{ readonly name: string; readonly url: string }> {
    const name = `server${process.pid}-${++hosts}`;
    await sharedCtl("add_vhost", name);
    onTestFinished(async () => void (await sharedCtl("delete_vhost", name)), 60_000);
    await sharedCtl("set_permissions", "-p", name, "sallyport", ".*", ".*", ".*");
    return { name, url: `${url}/${name}` };
  }

  test("checks find what is missing, and nothing wrong with what was declared; declaring it again changes nothing", SLOW, async () => {
    const host = await freshHost();
    const opened = await open(host.url);
    const found = async (): Promise<readonly string[]> =>
      (await Promise.all(opened.checks(LAYOUT).map((check) => check.run()))).flat().map(({ what }) => what);
    const told = rabbitmq.topology(LAYOUT);
    const named = told.flatMap(({ kind, name }) => (kind === "binding" ? [] : [`${kind} ${name} is missing`]));
    expect(await found()).toEqual(named);
    await opened.declare(LAYOUT);
    await opened.transport.send([message("orders.eu")]);
    await opened.declare(LAYOUT);
    expect(await found()).toEqual([]);
    const queues = (await sharedCtl("list_queues", "-p", host.name, "name")).trim().split("\n").slice(1);
    expect(queues.sort()).toEqual(told.flatMap(({ kind, name }) => (kind === "queue" ? [name] : [])).sort());
    await opened.answers();
  });

  test("[PSN-14] what was declared otherwise is found, with the command that mends it", SLOW, async () => {
    const host = await freshHost();
    const opened = await open(host.url);
    await opened.declare(LAYOUT);
    const client = await connect(host.url);
    onTestFinished(() => client.close());
    const channel = await client.createChannel();
    await channel.deleteQueue("sallyport:orders.eu:shop");
    await channel.assertQueue("sallyport:orders.eu:shop", { durable: true });
    const [wrong, ...others] = (await Promise.all(opened.checks(LAYOUT).map((check) => check.run()))).flat();
    expect(others).toEqual([]);
    expect(wrong).toMatchObject({ what: "queue sallyport:orders.eu:shop was declared otherwise" });
    expect(wrong!.mend).toContain("rabbitmqctl delete_queue");
  });

  test("[PUB-11] the policy of its page keeps away those that would drop what was confirmed", SLOW, async () => {
    const host = await freshHost();
    const opened = await open(host.url);
    await opened.declare(LAYOUT);
    const connection = await connect(host.url);
    onTestFinished(() => connection.close());
    const channel = await connection.createChannel();
    const kept = async (): Promise<number> => (await channel.checkQueue("sallyport:prices.acme:shop")).messageCount;
    const publish = async (): Promise<void> => {
      for (let n = 0; n < 5; n++) await opened.transport.send([message("prices.acme")]);
    };
    await sharedCtl("set_policy", "-p", host.name, "drops", ".*", '{"max-length":2,"overflow":"drop-head"}');
    await vi.waitFor(async () => {
      await publish();
      expect(await kept(), "without it").toBe(2);
    });
    const page = readFileSync(new URL("../../../../docs/adapters/rabbitmq.md", import.meta.url), "utf8");
    const [, options = "", name = "", pattern = "", definition = ""] =
      /^rabbitmqctl set_policy (--\S+ \S+ --\S+ \S+) (\S+) "(.+)" '(.+)'$/m.exec(page) ?? [];
    await sharedCtl("set_policy", "-p", host.name, ...options.split(" "), name, pattern, definition);
    await vi.waitFor(async () => {
      const before = await kept();
      await publish();
      expect((await kept()) - before).toBe(5);
    });
  });

  test("reject when the server does not answer", SLOW, async () => {
    const opened = await open(url);
    const checks = opened.checks(LAYOUT);
    await opened.close();
    await expect(checks[0]!.run()).rejects.toThrow();
    await expect(opened.answers()).rejects.toThrow();
  });

  test("[DST-07] each role does its part, and the server refuses all else", SLOW, async () => {
    const host = await freshHost();
    const admin = await open(host.url);
    await admin.declare(LAYOUT);
    await admin.declare(OTHER);
    const as = (role: Role): string => {
      const to = new URL(host.url);
      [to.username, to.password] = [`${rabbitmq.rights(LAYOUT, role).user}-${host.name}`, SECRET];
      return to.href;
    };
    for (const role of ROLES) {
      const { user, text } = rabbitmq.rights(LAYOUT, role);
      expect(text.split("\n")[0]).toContain(`echo '${PASSWORD}' | rabbitmqctl add_user ${user} || `);
      // As a shell would read it.
      const [, ...patterns] = /set_permissions \S+ '(.*)' '(.*)' '(.*)'$/.exec(text) ?? [];
      await sharedCtl("add_user", `${user}-${host.name}`, SECRET);
      onTestFinished(async () => void (await sharedCtl("delete_user", `${user}-${host.name}`)));
      await sharedCtl("set_permissions", "-p", host.name, `${user}-${host.name}`, ...patterns);
    }
    const [serving, working, operating] = (await Promise.all(ROLES.map((role) => open(as(role))))) as [
      OpenedBroker,
      OpenedBroker,
      OpenedBroker,
    ];
    await serving.transport.send([message("orders.eu"), message("prices.acme")]);
    await operating.transport.send([message("orders.eu")]);
    for (const [destination, ordering] of [
      ["orders.eu", "key"],
      ["prices.acme", "none"],
    ] as const) {
      const { promise: came, resolve } = Promise.withResolvers<void>();
      let times = 0;
      const subscription = await working.transport.receive({ destination, group: "shop", ordering, prefetch: 4 }, (deliveries) => {
        for (const delivery of deliveries) {
          const settled = times++ === 0 ? delivery.retryAfter(0) : delivery.ack().then(resolve);
          // The subscription may be closed before the last is.
          settled.catch(() => undefined);
        }
      });
      await came;
      await subscription.close();
    }
    for (const [index, opened] of [serving, working, operating].entries())
      expect((await Promise.all(opened.checks(LAYOUT, ROLES[index]).map((check) => check.run()))).flat(), ROLES[index]).toEqual([]);
    const receive = (opened: OpenedBroker, destination: string, group = "shop") =>
      opened.transport.receive({ destination, group, ordering: "none", prefetch: 1 }, () => undefined);
    for (const attempt of [
      () => serving.transport.send([message("secrets")]),
      () => operating.transport.send([message("secrets")]),
      () => working.transport.send([message("orders.eu")]),
      () => receive(serving, "prices.acme"),
      () => receive(operating, "prices.acme"),
      () => receive(working, "secrets", "other"),
      () => serving.declare(OTHER),
      () => working.declare(LAYOUT),
    ])
      await expect(attempt()).rejects.toMatchObject(REFUSED);
    // Past the library: it is the server that says no.
    for (const role of ROLES) {
      const client = await connect(as(role));
      onTestFinished(() => client.close());
      for (const [exchange, key] of [
        ["", "sallyport:orders.eu:shop"],
        ["sallyport:secrets", ""],
        ["amq.topic", "x"],
        ["sallyportXorders.eu", ""],
      ] as const) {
        const channel = await client.createChannel();
        const refused = new Promise((resolve) => channel.once("error", resolve));
        channel.publish(exchange, key, Buffer.from("x"));
        expect(await refused, `${role}: ${exchange}`).toMatchObject({ code: 403 });
      }
      const forbidden = await client.createChannel();
      forbidden.on("error", () => undefined);
      await expect(forbidden.deleteQueue("sallyport:orders.eu:shop"), role).rejects.toMatchObject({ code: 403 });
    }
  });

  test("[OPS-05] rights that are sent again, with another password, are set anew, and it alone is valid", SLOW, async () => {
    const host = await freshHost();
    const { user, text } = rabbitmq.rights(LAYOUT, "server");
    const own = `${user}-${host.name}`;
    const send = (password: string): Promise<string> =>
      sharedShell(text.replaceAll(user, own).replaceAll(PASSWORD, password).replace("set_permissions", `set_permissions -p ${host.name}`));
    const as = (password: string): string => host.url.replace("sallyport:sallyport", `${own}:${password}`);
    onTestFinished(async () => void (await sharedCtl("delete_user", own)));
    await send("first-of-two");
    await (await open(as("first-of-two"))).answers();
    await send("second-of-two");
    await (await open(as("second-of-two"))).answers();
    await expect(open(as("first-of-two"))).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
  });

  describe("addresses", () => {
    test.each([
      ["amqp://user:password@broker.example.org", /not encrypted/],
      ["amqps://broker.example.org", /everyone knows/],
      ["amqps://guest:guest@broker.example.org", /everyone knows/],
    ])("[OPS-04] %s is refused unless it is said aloud", (given, why) => {
      expect(() => chooseBroker(given, false)).toThrow(
        expect.objectContaining({ code: "ERR_CONFIG_INSECURE", message: expect.stringMatching(why) as string }),
      );
      expect(chooseBroker(given, true).kind.name).toBe("rabbitmq");
    });

    test.each(["amqps://user:password@broker.example.org/host", "amqp://localhost"])("[OPS-04] %s is taken", (given) => {
      expect(chooseBroker(given, false).kind.name).toBe("rabbitmq");
    });

    test("[OPS-04] where TLS is asked for, a server without it is not spoken to", SLOW, async () => {
      const opening = rabbitmq.open(Address.parse(url.replace("amqp://", "amqps://")), SETTINGS);
      await expect(opening).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    });

    test("[OPS-05] a password that is wrong, and a server that is not there, are said without a secret", SLOW, async () => {
      const place = url.replace("sallyport:sallyport@", "");
      const nowhere = { message: /ECONNREFUSED/, place: "amqp://127.0.0.1:1", remedy: /whether it runs/ };
      for (const [given, said] of [
        [
          url.replace("sallyport:sallyport", `nobody:${SECRET}`),
          { message: /^RabbitMQ refuses the login/, place, remedy: /authenticate_user/ },
        ],
        [`${url}/nowhere`, { message: /^RabbitMQ does not open the virtual host/, place: `${place}/nowhere`, remedy: /list_vhosts/ }],
        [`amqp://nobody:${SECRET}@127.0.0.1:1`, nowhere],
      ] as const) {
        const notices: unknown[] = [];
        const settings = { ...SETTINGS, onNotice: (...told: readonly unknown[]) => void notices.push(told) };
        const error: unknown = await rabbitmq.open(Address.parse(given), settings).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({
          code: "ERR_TRANSPORT_UNAVAILABLE",
          message: expect.stringMatching(said.message) as string,
          place: said.place,
          remedy: expect.stringMatching(said.remedy) as string,
        });
        expect(inspect([error, notices], { depth: 9, showHidden: true })).not.toMatch(new RegExp(`${SECRET}|nobody`));
      }
    });

    test("several hosts are refused", async () => {
      await expect(rabbitmq.open(Address.parse("amqp://one,two"), SETTINGS)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
    });
  });
});

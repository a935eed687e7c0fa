// The ready-made server's NATS, on a real one: its checks, what it declares, and the rights that it says are enough and no
// more, which the server itself enforces.
import { inspect } from "node:util";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { nats as natsServer, natsWith } from "../../../../scripts/brokers/nats.ts";
import { contract, event } from "@sallyport/guard";
import { z } from "zod";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { ownServer, type OwnServer } from "../../../guard/test/own-server.ts";
import { Address } from "../../src/brokers/address.ts";
import { type OpenedBroker, type OpenSettings, PASSWORD, type Role, ROLES } from "../../src/brokers/broker.ts";
import { chooseBroker } from "../../src/brokers/choose.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { nats } from "../../src/brokers/nats.ts";

const SETTINGS: OpenSettings = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };
const SECRET = "of-this-test-alone";
const SLOW = { timeout: 60_000 };
const schema = z.strictObject({ item: z.string().max(64) });
const shop = contract({
  name: "shop",
  events: {
    "order.placed": event({
      description: "An order.",
      schema,
      destination: "orders.eu",
      readable: true,
      key: ({ item }) => item,
      ordering: "key",
    }),
    "price.set": event({ description: "A price.", schema, destination: "prices.{tenant}" }),
  },
});
const LAYOUT = layoutOf(shop, { tenants: ["acme"] });
const message = (destination: string) => ({ id: "1", destination, key: undefined, bytes: new TextEncoder().encode("{}") });

async function open(url: string): Promise<OpenedBroker> {
  const opened = await nats.open(Address.parse(url), SETTINGS);
  onTestFinished(() => opened.close());
  return opened;
}

async function plain(url: string, options: object = {}): Promise<NatsConnection> {
  const connection = await connect({ servers: url, ...options });
  onTestFinished(() => connection.close());
  return connection;
}

async function asked<T>(connection: NatsConnection, subject: string, question: object = {}): Promise<T> {
  const answer = (await connection.request(`$JS.API.${subject}`, JSON.stringify(question), { timeout: 5000 })).json<
    T & { error?: unknown }
  >();
  expect(answer.error).toBeUndefined();
  return answer;
}

const wrongsOf = (opened: OpenedBroker, role: Role) => Promise.all(opened.checks(LAYOUT, role).map((check) => check.run()));

describeBroker("nats", "NATS", (url) => {
  describe("checks", () => {
    test("find nothing wrong with what was declared, and declaring it again changes nothing", SLOW, async () => {
      const server = await ownServer(natsServer);
      const opened = await open(server.url);
      const before = await Promise.all(opened.checks(LAYOUT).map((check) => check.run()));
      expect(before.map((wrongs) => wrongs.length)).toEqual([0, 0, 2, 0]);
      expect(before[2]![0]!.mend).toBe(`sallyport topology CONTRACT --broker ${server.url} --apply`);
      await opened.declare(LAYOUT);
      await opened.transport.send([message("orders.eu")]);
      await opened.declare(LAYOUT);
      const after = await Promise.all(opened.checks(LAYOUT).map((check) => check.run()));
      expect(after).toEqual([[], [], [], []]);
      expect((await opened.transport.browse?.({ destination: "orders.eu", after: undefined, most: 9 }))?.messages).toHaveLength(1);
      const { streams } = await asked<{ streams: string[] }>(await plain(server.url), "STREAM.NAMES");
      const told = nats.topology(LAYOUT).flatMap(({ kind, name }) => (kind === "stream" ? [name] : []));
      expect(streams.sort(), "what topology tells").toEqual(told.sort());
    });

    test("[PUB-11] of an address that asks for replicas, commands and what mends ask for them too", SLOW, async () => {
      const address = Address.parse(`${url}?replicas=3`);
      const streams = nats.topology(LAYOUT, address).filter(({ kind }) => kind === "stream");
      expect(streams).toHaveLength(3);
      for (const { command, settings } of streams)
        expect([command, settings["replicas"]]).toEqual([expect.stringContaining(" --replicas=3 "), 3]);
      const opened = await open(address.reveal());
      // A server that is alone cannot have them: that they are asked for is what it refuses.
      await expect(opened.declare(LAYOUT)).rejects.toMatchObject({ cause: { message: expect.stringMatching(/replicas/) as string } });
      const [missing] = (await opened.checks(LAYOUT)[2]?.run()) ?? [];
      expect(missing?.mend).toBe(`sallyport topology CONTRACT --broker '${url}?replicas=3' --apply`);
    });

    test("[PUB-11] [PSN-14] say all that is wrong, with what breaks and what mends it", SLOW, async () => {
      const server = await ownServer(natsWith("max_payload: 4096"));
      const opened = await open(server.url);
      await opened.declare(LAYOUT);
      const connection = await plain(server.url, { maxReconnectAttempts: -1 });
      const stream = "sallyport-prices=2Eacme";
      const { config } = await asked<{ config: object }>(connection, `STREAM.INFO.${stream}`);
      await asked(connection, `STREAM.UPDATE.${stream}`, { ...config, discard: "old", max_msgs: 10, max_age: 1e12, max_msg_size: 500 });
      await asked(connection, `CONSUMER.DELETE.${stream}.shop`);
      const consumer = { durable_name: "shop", ack_policy: "explicit", ack_wait: 45e9, max_deliver: 3, max_ack_pending: -1 };
      await asked(connection, `CONSUMER.DURABLE.CREATE.${stream}.shop`, { stream_name: stream, config: consumer });
      const turns = await asked<{ config: object }>(connection, "STREAM.INFO.sallyport-orders=2Eeu=order=shop");
      await asked(connection, "STREAM.UPDATE.sallyport-orders=2Eeu=order=shop", { ...turns.config, max_age: 6e11 });
      const found = new Map<string, string[]>();
      for (const check of opened.checks(LAYOUT))
        found.set(
          check.name,
          (await check.run()).map(({ mend }) => mend),
        );
      expect(found.get("max-payload")).toHaveLength(2);
      expect(found.get("stream")).toEqual([
        expect.stringContaining(`nats stream edit ${stream} --discard=new`),
        expect.stringContaining(`nats stream edit ${stream} --max-msg-size=`),
        expect.stringContaining(`nats stream edit ${stream} --max-age=604800000ms`),
      ]);
      expect(found.get("group")).toEqual([
        "nats stream edit sallyport-orders=2Eeu=order=shop --max-age=0s",
        `nats consumer edit ${stream} shop --max-deliver=-1`,
      ]);
    });

    test("reject when the server does not answer", SLOW, async () => {
      const opened = await open(url);
      const checks = opened.checks(LAYOUT);
      await opened.close();
      await expect(checks[2]?.run()).rejects.toThrow();
      await expect(opened.answers()).rejects.toThrow();
    });
  });

  describe("[DST-07] rights", () => {
    const refused = { code: "ERR_TRANSPORT_REFUSED" };

    async function withRights(): Promise<{ readonly server: OwnServer; readonly as: (role: Role) => string }> {
      const users = ROLES.map((role) => nats.rights(LAYOUT, role).text.replace(PASSWORD, SECRET));
      const settings = `authorization { users = [ { user: admin, password: ${JSON.stringify(SECRET)} }\n${users.join("\n")} ] }`;
      const server = await ownServer(natsWith(settings));
      const admin = await open(server.url.replace("://", `://admin:${SECRET}@`));
      await admin.declare(LAYOUT);
      await admin.declare(
        layoutOf(contract({ name: "other", events: { secret: event({ description: "x", schema, destination: "secrets" }) } }), {}),
      );
      return { server, as: (role) => server.url.replace("://", `://${nats.rights(LAYOUT, role).user}:${SECRET}@`) };
    }

    test("[DST-07] each role does its part, and the server refuses all else", SLOW, async () => {
      const { server, as } = await withRights();
      const [serving, working, operating] = await Promise.all(ROLES.map((role) => open(as(role))));
      await serving!.transport.send([message("orders.eu"), message("prices.acme")]);
      await operating!.transport.send([message("orders.eu")]);
      const read = await serving!.transport.browse?.({ destination: "orders.eu", after: undefined, most: 9 });
      expect(read?.messages).toHaveLength(2);
      for (const [destination, ordering] of [
        ["orders.eu", "key"],
        ["prices.acme", "none"],
      ] as const) {
        const { promise: came, resolve } = Promise.withResolvers<void>();
        let times = 0;
        const subscription = await working!.transport.receive({ destination, group: "shop", ordering, prefetch: 4 }, (deliveries) => {
          for (const delivery of deliveries) void (times++ === 0 ? delivery.retryAfter(0) : delivery.ack().then(resolve));
        });
        await came;
        await subscription.close();
      }
      expect(await wrongsOf(working!, "worker")).toEqual([[], [], [], []]);
      for (const opened of [serving, operating])
        expect(await wrongsOf(opened!, opened === serving ? "server" : "operator")).toEqual([[], [], []]);
      for (const opened of [serving, operating])
        for (const destination of ["secrets", "prices.rival"])
          await expect(opened!.transport.send([message(destination)])).rejects.toMatchObject(refused);
      const receive = (opened: OpenedBroker, destination: string, group = "shop") =>
        opened.transport.receive({ destination, group, ordering: "none", prefetch: 1 }, () => undefined);
      for (const attempt of [
        () => receive(serving!, "orders.eu"),
        () => receive(operating!, "orders.eu"),
        () => receive(working!, "secrets"),
        () => receive(working!, "orders.eu", "another"),
        () => working!.transport.send([message("orders.eu")]),
        () => serving!.transport.browse!({ destination: "prices.acme", after: undefined, most: 1 }),
        () => operating!.transport.browse!({ destination: "orders.eu", after: undefined, most: 1 }),
        () => serving!.declare(layoutOf(shop, { tenants: ["rival"] })),
      ])
        await expect(attempt()).rejects.toMatchObject(refused);
      // Past the library: it is the server that says no.
      for (const role of ROLES) {
        const { user } = nats.rights(LAYOUT, role);
        const client = await plain(server.url, { user, pass: SECRET, inboxPrefix: `_INBOX_${user}` });
        const forbidden = [
          "sallyport.secrets",
          "$JS.API.STREAM.DELETE.sallyport-orders=2Eeu",
          "$JS.API.STREAM.PURGE.sallyport-orders=2Eeu",
          "$JS.API.STREAM.UPDATE.sallyport-orders=2Eeu",
          "$JS.API.STREAM.MSG.GET.sallyport-secrets",
          "$JS.API.CONSUMER.CREATE.sallyport-orders=2Eeu",
          "$JS.API.CONSUMER.DURABLE.CREATE.sallyport-orders=2Eeu.spy",
          ...(role === "worker" ? ["sallyport.orders.eu"] : ["$JS.API.CONSUMER.MSG.NEXT.sallyport-orders=2Eeu.shop"]),
        ];
        for (const subject of forbidden)
          await expect(client.request(subject, "{}", { timeout: 2000 }), `${role}: ${subject}`).rejects.toThrow("Permissions Violation");
        for (const subject of ["sallyport.>", "_INBOX.>", "$JS.API.>", "$JS.ACK.>", ">"]) {
          const { promise, resolve } = Promise.withResolvers<Error | null>();
          client.subscribe(subject, { callback: (error) => resolve(error) });
          expect(String(await promise), `${role}: ${subject}`).toContain("Permissions Violation");
        }
      }
    });
  });

  describe("addresses", () => {
    test.each([
      ["nats://broker.example.org", /not encrypted.*no user is given/],
      ["nats://user:password@broker.example.org", /not encrypted/],
      ["tls://broker.example.org", /no user is given/],
    ])("[OPS-04] %s is refused unless it is said aloud", (given, why) => {
      expect(() => chooseBroker(given, false)).toThrow(
        expect.objectContaining({ code: "ERR_CONFIG_INSECURE", message: expect.stringMatching(why) as string }),
      );
      expect(chooseBroker(given, true).kind.name).toBe("nats");
    });

    test.each(["tls://user:password@broker.example.org", "tls://token@one:4222,two:4222", "nats://localhost:4222"])(
      "[OPS-04] %s is taken",
      (given) => {
        expect(chooseBroker(given, false).kind.name).toBe("nats");
      },
    );

    test("[OPS-04] where TLS is asked for, a server without it is not spoken to", SLOW, async () => {
      const opening = nats.open(Address.parse(url.replace("nats://", `tls://someone:${SECRET}@`)), SETTINGS);
      await expect(opening).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    });

    test("[OPS-05] a password that is wrong, and a server that is not there, are said without a secret", SLOW, async () => {
      const server = await ownServer(natsWith(`authorization { user: admin, password: right }`));
      const login = { message: /^NATS refuses the login: .*/, place: server.url, remedy: /under authorization/ };
      for (const [given, said] of [
        [server.url.replace("://", `://nobody:${SECRET}@`), login],
        [server.url.replace("://", `://${SECRET}@`), login],
        [server.url, login],
        [`nats://nobody:${SECRET}@127.0.0.1:1`, { message: /ECONNREFUSED/, place: "nats://127.0.0.1:1", remedy: /whether it runs/ }],
        [`nats://${SECRET}@127.0.0.1:1`, { message: /ECONNREFUSED/, place: "nats://127.0.0.1:1", remedy: /whether it runs/ }],
      ] as const) {
        const notices: unknown[] = [];
        const settings = { ...SETTINGS, onNotice: (...told: readonly unknown[]) => void notices.push(told) };
        const error: unknown = await nats.open(Address.parse(given), settings).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({
          code: "ERR_TRANSPORT_UNAVAILABLE",
          message: expect.stringMatching(said.message) as string,
          place: said.place,
          remedy: expect.stringMatching(said.remedy) as string,
        });
        expect(inspect([error, notices], { depth: 9, showHidden: true })).not.toMatch(new RegExp(`${SECRET}|nobody`));
      }
    });

    test("a path, and an option that there is not, are refused", async () => {
      await expect(nats.open(Address.parse("nats://127.0.0.1/stream"), SETTINGS)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
      await expect(nats.open(Address.parse("nats://127.0.0.1?replicas=2"), SETTINGS)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
    });
  });
});

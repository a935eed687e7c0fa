// The ready-made server's Redis, on a real one: its checks, what it declares, and the rights that it says are enough and
// no more.
import { Redis as IoRedis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { inspect } from "node:util";
import { redis as redisServer } from "../../../../scripts/brokers/redis.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { Address } from "../../src/brokers/address.ts";
import { type OpenedBroker, type OpenSettings, PASSWORD, type Role, ROLES } from "../../src/brokers/broker.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { redis } from "../../src/brokers/redis.ts";
import { shop } from "../shop.ts";
import { ownServer } from "./own-server.ts";

const SETTINGS: OpenSettings = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };
const LAYOUT = layoutOf(shop, { tenants: ["acme"] });
const SECRET = "of-this-test-alone";
const message = (destination: string) => ({ id: "1", destination, key: undefined, bytes: new TextEncoder().encode("{}") });

describeBroker("redis", "Redis", () => {
  const server = ownServer(redisServer);
  let admin: IoRedis;
  beforeAll(() => {
    admin = new IoRedis(server().url);
  });
  afterAll(() => admin.disconnect());

  async function open(url = server().url): Promise<OpenedBroker> {
    const opened = await redis.open(Address.parse(url), SETTINGS);
    onTestFinished(() => opened.close());
    return opened;
  }

  describe("checks", () => {
    test("find nothing wrong with a server that is set as the guard wants it", async () => {
      const found = await Promise.all((await open()).checks(LAYOUT).map((check) => check.run()));
      expect(found).toEqual([[], [], [], []]);
    });

    test.each([
      ["eviction", "maxmemory-policy", "allkeys-lru", "noeviction"],
      ["eviction", "maxmemory-policy", "volatile-ttl", "noeviction"],
      ["persistence", "appendonly", "no", "yes"],
    ])("[REP-10] %s: %s %s is found, and the command that is told mends it", async (name, setting, wrong, right) => {
      await admin.config("SET", setting, wrong);
      onTestFinished(() => void admin.config("SET", setting, right));
      const check = (await open()).checks(LAYOUT).find((one) => one.name === name);
      const [found, ...more] = (await check?.run()) ?? [];
      expect([found?.what, more]).toEqual([`${setting === "appendonly" ? "appendonly is" : `${setting} is`} ${wrong}`, []]);
      const [command = "", ...args] = found?.mend.split(" ") ?? [];
      await admin.call(command, args);
      expect(await check?.run()).toEqual([]);
    });

    test("reject when the server does not answer", async () => {
      const opened = await open();
      const [check] = opened.checks(LAYOUT);
      await opened.close();
      await expect(check?.run()).rejects.toThrow();
    });
  });

  test("declare makes streams and groups that are not there, and leaves what is", async () => {
    const opened = await open();
    await opened.transport.send([message("orders")]);
    await opened.declare(LAYOUT);
    await opened.declare(LAYOUT);
    const streams = redis.topology(LAYOUT).filter(({ use }) => use === "destination");
    expect(streams.map(({ name }) => name)).toEqual(["sallyport:{orders}", "sallyport:{prices.acme}"]);
    for (const { name } of streams) {
      const groups = (await admin.call("XINFO", "GROUPS", name)) as readonly (readonly unknown[])[];
      expect(groups.map((group) => group[1])).toEqual(["shop"]);
    }
    expect(await admin.xlen("sallyport:{orders}")).toBe(1);
    await admin.flushall();
  });

  test("what topology tells an operator to run makes the same", async () => {
    for (const { command, name, use } of redis.topology(LAYOUT)) {
      if (use !== "destination") continue;
      const [first = "", ...args] = command.split(" ");
      await admin.call(first, args);
      expect(await admin.xlen(name)).toBe(0);
    }
    await expect((await open()).declare(LAYOUT)).resolves.toBeUndefined();
    await admin.flushall();
  });

  describe("[DST-07] rights", () => {
    const users = new Map<Role, string>();
    beforeAll(async () => {
      for (const role of ROLES) {
        const { text, user } = redis.rights(LAYOUT, role);
        const [command = "", ...args] = text.replace(PASSWORD, SECRET).split(" ");
        await admin.call(command, args);
        users.set(role, server().url.replace("://", `://${user}:${SECRET}@`));
      }
      await admin.xadd("sallyport:{secrets}", "*", "bytes", "{}");
    });
    const as = (role: Role): Promise<OpenedBroker> => open(users.get(role));
    const client = (role: Role): IoRedis => {
      const one = new IoRedis(users.get(role) ?? "");
      onTestFinished(() => one.disconnect());
      return one;
    };
    const refused = { code: "ERR_TRANSPORT_REFUSED" };

    test("the server publishes what the contract has, reads what agents may read, and its checks look", async () => {
      const opened = await as("server");
      await opened.transport.send([message("orders"), message("prices.acme")]);
      expect((await opened.transport.browse?.({ destination: "orders", after: undefined, most: 9 }))?.messages).toHaveLength(1);
      expect(await Promise.all(opened.checks(LAYOUT).map((check) => check.run()))).toEqual([[], [], [], []]);
      await opened.answers();
    });

    test.each(["server", "operator"] as const)(
      "a publish of the %s to a destination that the contract does not have is refused by Redis",
      async (role) => {
        const opened = await as(role);
        await expect(opened.transport.send([message("secrets")])).rejects.toMatchObject(refused);
        await expect(opened.transport.send([message("prices.rival")])).rejects.toMatchObject(refused);
        expect(await admin.xlen("sallyport:{secrets}")).toBe(1);
      },
    );

    test("the worker consumes, settles and delays, and reaches no other stream", async () => {
      const opened = await as("worker");
      const { promise: came, resolve } = Promise.withResolvers<void>();
      let times = 0;
      const options = { destination: "prices.acme", group: "shop", ordering: "key", prefetch: 4 } as const;
      const subscription = await opened.transport.receive(options, (deliveries) => {
        for (const delivery of deliveries) void (times++ === 0 ? delivery.retryAfter(0) : delivery.ack().then(resolve));
      });
      await came;
      await subscription.close();
      expect(times).toBe(2);
      await expect(opened.transport.send([message("secrets")])).rejects.toMatchObject(refused);
      const receive = opened.transport.receive({ ...options, destination: "secrets" }, () => undefined);
      await expect(receive).rejects.toMatchObject(refused);
    });

    test("the operator publishes, and neither consumes nor reads", async () => {
      const opened = await as("operator");
      await opened.transport.send([message("orders")]);
      const receive = opened.transport.receive({ destination: "orders", group: "shop", ordering: "none", prefetch: 1 }, () => undefined);
      await expect(receive).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_TRANSPORT_/) });
      await expect(opened.transport.browse?.({ destination: "orders", after: undefined, most: 1 })).rejects.toBeDefined();
    });

    test.each(ROLES)("the %s can neither remove what is published, nor read what is not for it, nor change the server", async (role) => {
      const one = client(role);
      for (const [command, ...args] of [
        ["DEL", "sallyport:{secrets}"],
        ["XRANGE", "sallyport:{secrets}", "-", "+"],
        ["XDEL", "sallyport:{orders}", "0-1"],
        ["CONFIG", "SET", "appendonly", "no"],
        ["FLUSHALL"],
        ["ACL", "LIST"],
        ["PUBLISH", "sallyport:{orders}", "x"],
        ...(role === "worker" ? [] : [["DEL", "sallyport:{orders}"]]),
        ...(role === "server" ? [["XRANGE", "sallyport:{prices.acme}", "-", "+"]] : []),
      ] as const)
        await expect(one.call(command ?? "", args), `${role}: ${command}`).rejects.toThrow("NOPERM");
    });
  });

  test("[OPS-05] rights that are sent again with another password leave the old one no way in", async () => {
    const { text, user } = redis.rights({ ...LAYOUT, contract: { ...shop, name: "again" } }, "server");
    for (const password of ["first-of-two", "second-of-two"]) {
      const [command = "", ...args] = text.replace(PASSWORD, password).split(" ");
      await admin.call(command, args);
    }
    await (await open(server().url.replace("://", `://${user}:second-of-two@`))).answers();
    await expect(open(server().url.replace("://", `://${user}:first-of-two@`))).rejects.toThrow("WRONGPASS");
  });

  test("[OPS-05] a password that is wrong, and a server that is not there, are said without a secret", async () => {
    for (const url of [server().url.replace("://", `://nobody:${SECRET}@`), `redis://nobody:${SECRET}@127.0.0.1:1`]) {
      const notices: unknown[] = [];
      const settings = { ...SETTINGS, onNotice: (...told: readonly unknown[]) => void notices.push(told) };
      const error: unknown = await redis.open(Address.parse(url), settings).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE", message: expect.stringMatching(/WRONGPASS|ECONNREFUSED/) });
      expect(inspect([error, notices], { depth: 9, showHidden: true })).not.toMatch(new RegExp(`${SECRET}|nobody`));
    }
  });
});

// Where in Redis, and on which server: a database that cannot be selected, and a server that takes nothing.
import { Redis as IoRedis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { redisAlone } from "../../../../scripts/brokers/redis.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { Address } from "../../src/brokers/address.ts";
import { type OpenedBroker, type OpenSettings, PASSWORD } from "../../src/brokers/broker.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { redis } from "../../src/brokers/redis.ts";
import { redis as redisStore } from "../../src/stores/redis.ts";
import { shop } from "../shop.ts";
import { ownServer } from "./own-server.ts";

const SETTINGS: OpenSettings = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };
const LAYOUT = layoutOf(shop, { tenants: ["acme"] });
const SECRET = "of-this-test-alone";
const message = (id: string) => ({ id, destination: "orders", key: undefined, bytes: new TextEncoder().encode("{}") });
const { text, user } = redis.rights(LAYOUT, "server");

describeBroker("redis", "Redis", () => {
  const server = ownServer(redisAlone);
  const other = ownServer(redisAlone);
  let admin: IoRedis;
  beforeAll(() => {
    admin = new IoRedis(server().url);
  });
  afterAll(() => admin.disconnect());

  async function open(url: string): Promise<OpenedBroker> {
    const opened = await redis.open(Address.parse(url), SETTINGS);
    onTestFinished(() => opened.close());
    return opened;
  }

  const userUrl = (database: string): string => `${server().url.replace("://", `://${user}:${SECRET}@`)}/${database}`;
  async function setUser(...more: readonly string[]): Promise<void> {
    const [command = "", ...args] = text.replace(PASSWORD, SECRET).split(" ");
    await admin.call(command, [...args, ...more]);
  }

  test("[DST-01] a database that the server does not have is refused, by the broker and by the store", async () => {
    const address = Address.parse(`${server().url}/99`);
    const refused = { code: "ERR_CONFIG_INVALID", message: expect.stringContaining("no database 99") };
    await expect(redis.open(address, SETTINGS)).rejects.toMatchObject(refused);
    await expect(redisStore.open(address, SETTINGS)).rejects.toMatchObject(refused);
  });

  test("[DST-01] a database that the user may not select is refused, with the right that it lacks", async () => {
    await setUser();
    const error = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining("+select") };
    await expect(redis.open(Address.parse(userUrl("3")), SETTINGS)).rejects.toMatchObject(error);
  });

  test("[DST-01] what may no longer be selected when a connection comes back is not sent to another database", async () => {
    await setUser("+select");
    const opened = await open(userUrl("3"));
    await opened.transport.send([message("1")]);
    await setUser();
    await admin.client("KILL", "USER", user);
    await vi.waitFor(() => expect(opened.transport.send([message("2")])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" }), {
      timeout: 20_000,
    });
    expect(await admin.exists("sallyport:{orders}")).toBe(0);
    await setUser("+select");
    await vi.waitFor(() => opened.transport.send([message("3")]), { timeout: 20_000 });
    expect(await admin.exists("sallyport:{orders}")).toBe(0);
  }, 60_000);

  test("[PUB-11] a server that is a replica is found, and named with its primary", async () => {
    const replica = new IoRedis(other().url);
    onTestFinished(async () => {
      await replica.replicaof("NO", "ONE");
      replica.disconnect();
    });
    const { port } = new URL(server().url);
    await replica.replicaof("127.0.0.1", Number(port));
    const check = (await open(other().url)).checks(LAYOUT).find(({ name }) => name === "role");
    expect(await check?.run()).toEqual([
      { what: `the server is a replica, of 127.0.0.1:${port}`, breaks: expect.anything(), mend: expect.stringContaining("primary") },
    ]);
    await replica.replicaof("NO", "ONE");
    expect(await check?.run()).toEqual([]);
  });
});

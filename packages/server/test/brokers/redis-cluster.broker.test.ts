// The ready-made server on a cluster of Redis: it is found to be one, every server is looked at, and the rights that are
// told are enough.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { redisAlone } from "../../../../scripts/brokers/redis.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { ownServer } from "../../../guard/test/own-server.ts";
import { RedisCluster } from "../../../guard/test/redis-cluster.ts";
import { Address } from "../../src/brokers/address.ts";
import { type OpenedBroker, type OpenSettings, PASSWORD, type Role } from "../../src/brokers/broker.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { redis } from "../../src/brokers/redis.ts";
import { redis as redisStore } from "../../src/stores/redis.ts";
import type { OpenedStore } from "../../src/stores/store.ts";
import { believe, makeCertificates } from "./certificates.ts";
import { redisNodeOverTls } from "./tls-servers.ts";
import { shop } from "../shop.ts";

const SLOW = { timeout: 60_000 };
const LAYOUT = layoutOf(shop, { tenants: ["acme", "north", "south"] });
const DESTINATIONS = ["orders", "prices.acme", "prices.north", "prices.south"];
const SECRET = "of-this-test-alone";
const KEYS = Array.from({ length: 20 }, (_, n) => `k${n}`);
const CLAIM = { digest: "d", stale: false, leaseMs: 30_000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };

const settings = (notices: string[] = []): OpenSettings => ({
  leaseMs: 30_000,
  maxFailures: 5,
  maxRetryMs: 300_000,
  onNotice: (what) => void notices.push(what),
});

async function open(url: string, notices?: string[]): Promise<OpenedBroker> {
  const opened = await redis.open(Address.parse(url), settings(notices));
  onTestFinished(() => opened.close());
  return opened;
}

async function openStore(url: string): Promise<OpenedStore> {
  const opened = await redisStore.open(Address.parse(url), settings());
  onTestFinished(() => opened.close());
  return opened;
}

const addressOf = (urls: readonly string[], user?: string): string => {
  const hosts = urls.map((url) => new URL(url).host).join(",");
  return `redis://${user === undefined ? "" : `${user}:${SECRET}@`}${hosts}`;
};

/** The users that `sallyport acl` tells of, on every server: a cluster does not tell them from one to another. */
async function withUsers(cluster: RedisCluster, role: Role): Promise<string> {
  const [ofBroker, ofStore] = [redis.rights(LAYOUT, role), redisStore.rights(LAYOUT, role)];
  for (const { admin } of cluster.nodes)
    for (const { text } of [ofBroker, ofStore]) {
      const [command = "", ...args] =
        text
          .replace(PASSWORD, SECRET)
          .replace("clearselectors ", "")
          .match(/\([^)]*\)|\S+/g) ?? [];
      await admin.call(command, args);
    }
  return ofBroker.user;
}

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

describeBroker("redis", "the ready-made server on a cluster of Redis", () => {
  test("[DST-07] server and worker do their part with the rights that are told, wherever the keys are", SLOW, async () => {
    const cluster = await RedisCluster.open({ replicas: 0 });
    const [server, worker] = [await withUsers(cluster, "server"), await withUsers(cluster, "worker")];
    const publisher = await open(addressOf(cluster.urls.slice(0, 1), server));
    const consumer = await open(addressOf(cluster.urls, worker));
    await Promise.all([publisher.answers(), consumer.answers()]);
    const bytes = new TextEncoder().encode("{}");
    await publisher.transport.send(DESTINATIONS.map((destination) => ({ id: "1", destination, key: undefined, bytes })));
    for (const destination of DESTINATIONS) {
      const { promise: came, resolve } = Promise.withResolvers<void>();
      await consumer.transport.receive({ destination, group: "shop", ordering: "key", prefetch: 1 }, ([delivery]) => {
        void delivery?.ack().then(resolve);
      });
      await came;
    }
    const [limits, { claims }] = [
      (await openStore(addressOf(cluster.urls, server))).limits,
      await openStore(addressOf(cluster.urls, worker)),
    ];
    expect(await limits.spend([{ key: "a", limit: 1, windowMs: 1000 }])).toBeUndefined();
    for (const key of KEYS) expect(await claims.claim([{ ...CLAIM, key }])).toMatchObject([{ kind: "granted" }]);
    const sizes = await Promise.all(cluster.nodes.map(({ admin }) => admin.dbsize()));
    expect(
      sizes.every((size) => size > 0),
      "all three have keys",
    ).toBe(true);

    for (const { admin } of cluster.nodes) await admin.acl("SETUSER", worker, "-cluster|slots");
    await expect(open(addressOf(cluster.urls, worker))).rejects.toMatchObject({
      code: "ERR_CONFIG_CAPABILITY",
      remedy: expect.stringContaining("+cluster|slots") as string,
    });
  });

  test("[REP-10] the checks look at every server, and it is said what a failover may lose", SLOW, async () => {
    const cluster = await RedisCluster.open();
    const notices: string[] = [];
    const opened = await open(addressOf(cluster.urls), notices);
    expect(notices).toEqual([expect.stringContaining("min-replicas-to-write")]);
    const found = async () => (await Promise.all(opened.checks(LAYOUT).map((check) => check.run()))).flat().map(({ what }) => what);
    expect(await found()).toEqual([]);
    for (const index of [2, 5]) await cluster.nodes[index]?.admin.config("SET", "maxmemory-policy", "allkeys-lru");
    expect(await found()).toEqual(["maxmemory-policy is allkeys-lru"]);

    for (const { admin } of cluster.nodes) await admin.config("SET", "min-replicas-to-write", "1");
    const quiet: string[] = [];
    await open(addressOf(cluster.urls), quiet);
    expect(quiet).toEqual([]);
  });

  test("[OPS-04] over TLS every node is asked who it is", SLOW, async () => {
    const [one, other] = [makeCertificates(), makeCertificates()];
    const authority = join(one.folder, "both-authorities.pem");
    writeFileSync(authority, readFileSync(one.authority, "utf8") + readFileSync(other.authority, "utf8"));
    believe({ authority });
    const shown = [one, other, other];
    const cluster = await RedisCluster.open({ replicas: 0, brokers: shown.map((its) => redisNodeOverTls({ ...its, authority })) });
    const address = addressOf(cluster.urls).replace("redis:", "rediss:");
    const { claims } = await openStore(address);
    for (const key of KEYS) expect(await claims.claim([{ ...CLAIM, key }])).toMatchObject([{ kind: "granted" }]);
    const sizes = await Promise.all(cluster.nodes.map(({ admin }) => admin.dbsize()));
    expect(Math.min(...sizes), "all three have keys").toBeGreaterThan(0);

    setDefaultCACertificates([readFileSync(one.authority, "utf8")]);
    const { claims: half } = await openStore(address);
    const said = new Set<unknown>();
    for (const key of KEYS) said.add(await half.claim([{ ...CLAIM, key }]).then(([claim]) => claim?.kind, codeOf));
    expect(said).toEqual(new Set(["busy", "ERR_STORE_UNAVAILABLE"]));
  });

  test("an address that is none of a cluster's, nor of one server, is refused", SLOW, async () => {
    const [cluster, alone] = [await RedisCluster.open({ replicas: 0 }), await ownServer(redisAlone)];
    const refused = { code: "ERR_CONFIG_INVALID" };
    await expect(open(`${addressOf(cluster.urls)}/1`)).rejects.toMatchObject(refused);
    await expect(open(addressOf([alone.url, cluster.urls[0]!]))).rejects.toMatchObject(refused);
    // One that is down is passed by.
    await expect(open(`redis://127.0.0.1:1,${new URL(cluster.urls[0]!).host}`)).resolves.toBeDefined();
  });
});

// The ready-made server's stores on real servers: opened by an address, checked, and silent about secrets.
import { inspect } from "node:util";
import { Redis as IoRedis } from "ioredis";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { postgres as postgresServer } from "../../../../scripts/brokers/postgres.ts";
import { redis as redisServer } from "../../../../scripts/brokers/redis.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { Address } from "../../src/brokers/address.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import type { OpenedStore, Store } from "../../src/stores/store.ts";
import { ownServer } from "../brokers/own-server.ts";

const SECRET = "of-this-test-alone";
const CLAIM = { key: "k", digest: "d", stale: false, leaseMs: 60_000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
const CALL = { key: "call", digest: "d", eventId: "e1", leaseMs: 60_000, rememberMs: 60_000 };
const LETTER = {
  id: "a",
  group: "g",
  destination: "orders",
  code: "ERR_HANDLER_FAILED",
  step: "handle",
  attempts: 1,
  diedAtMs: 1,
} as const;

async function open(store: Store, url: string): Promise<OpenedStore> {
  const opened = await store.open(Address.parse(url), { onNotice: () => undefined });
  onTestFinished(() => opened.close());
  return opened;
}

/** Two processes that open the same address have the same of everything. */
async function areOne(one: OpenedStore, other: OpenedStore): Promise<void> {
  const claims = await Promise.all([one.claims.claim([CLAIM]), other.claims.claim([CLAIM])]);
  expect(new Set(claims.map(([claim]) => claim?.kind))).toEqual(new Set(["busy", "granted"]));
  expect(await one.limits.spend([{ key: "l", limit: 1, windowMs: 60_000 }])).toBeUndefined();
  expect(await other.limits.spend([{ key: "l", limit: 1, windowMs: 60_000 }])).toMatchObject({ refused: 0 });
  expect(await one.ledger.begin(CALL)).toMatchObject({ kind: "begun" });
  expect(await other.ledger.begin(CALL)).toMatchObject({ kind: "in-flight" });
  await one.deadLetters.put([{ ...LETTER, bytes: Uint8Array.from([1]) }]);
  expect(await other.deadLetters.list({}, { limit: 9 })).toMatchObject([{ id: "a" }]);
  await Promise.all([one, other].map(({ trail }) => trail.append([{ door: "operator", decision: "done" }])));
  expect(await other.trail.verify()).toMatchObject({ intact: true, entries: 2 });
  await Promise.all([one.answers(), other.answers()]);
  const found = await Promise.all([...one.checks(), ...other.checks()].map((check) => check.run()));
  expect(found.flat()).toEqual([]);
}

async function saysNothingSecret(store: Store, url: string, code: RegExp): Promise<void> {
  const notices: unknown[] = [];
  const onNotice = (...told: readonly unknown[]): void => void notices.push(told);
  const error: unknown = await store.open(Address.parse(url), { onNotice }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", message: expect.stringMatching(code) });
  expect(inspect([error, notices], { depth: 9, showHidden: true })).not.toMatch(new RegExp(`${SECRET}|nobody`));
}

describeBroker("redis", "the store on Redis", () => {
  const server = ownServer(redisServer);

  test("is one, whoever opens it", async () => {
    await areOne(await open(redis, server().url), await open(redis, server().url));
  });

  test("[REP-08] is found to evict, and the command that is told mends it", async () => {
    const admin = new IoRedis(server().url);
    onTestFinished(() => admin.disconnect());
    await admin.config("SET", "maxmemory-policy", "volatile-lru");
    const check = (await open(redis, server().url)).checks().find(({ name }) => name === "eviction");
    const [found] = (await check?.run()) ?? [];
    const [command = "", ...args] = found?.mend.split(" ") ?? [];
    await admin.call(command, args);
    expect(await check?.run()).toEqual([]);
  });

  test("[OPS-05] says what is wrong with a login or a server without a secret", async () => {
    await saysNothingSecret(redis, server().url.replace("://", `://nobody:${SECRET}@`), /WRONGPASS/);
    await saysNothingSecret(redis, `redis://nobody:${SECRET}@127.0.0.1:1`, /ECONNREFUSED/);
  });
});

describeBroker("postgres", "the store on PostgreSQL", () => {
  const server = ownServer(postgresServer);
  let admin: Pool;
  beforeAll(() => {
    admin = new Pool({ connectionString: server().url, max: 2 });
  });
  afterAll(() => admin.end());

  test("is one, whoever opens it", async () => {
    await areOne(await open(postgres, server().url), await open(postgres, server().url));
  });

  test("[REP-10] is found to forget what it has committed, and the command that is told mends it", async () => {
    await admin.query(
      "CREATE ROLE forgetful LOGIN; GRANT ALL ON DATABASE postgres TO forgetful; ALTER ROLE forgetful SET synchronous_commit = off",
    );
    const url = server().url.replace("sallyport@", "forgetful@");
    const checkOf = async () => (await open(postgres, url)).checks().find(({ name }) => name === "synchronous_commit");
    const [found] = (await (await checkOf())?.run()) ?? [];
    expect(found?.what).toBe("synchronous_commit is off");
    await admin.query((found?.mend ?? "").replace("…", "forgetful").replace(/;.*/, ""));
    expect(await (await checkOf())?.run()).toEqual([]);
  });

  test("is found to be closed to a user, and the command that is told mends it", async () => {
    await admin.query("CREATE DATABASE closed");
    await admin.query("CREATE ROLE closed LOGIN; REVOKE CREATE ON DATABASE closed FROM PUBLIC");
    const url = server()
      .url.replace("sallyport@", "closed@")
      .replace(/\/postgres$/, "/closed");
    const check = (await open(postgres, url)).checks().find(({ name }) => name === "schema");
    const [found] = (await check?.run()) ?? [];
    const within = new Pool({ connectionString: server().url.replace(/\/postgres$/, "/closed"), max: 1 });
    await within.query((found?.mend ?? "").replace("…", "closed").replace(/;.*/, ""));
    await within.end();
    expect(await check?.run()).toEqual([]);
    await (await open(postgres, url)).trail.append([{ door: "operator", decision: "done" }]);
  });

  test("[OPS-04] a server that cannot encrypt is refused where encryption is asked for, as it is off this machine", async () => {
    const error: unknown = await open(postgres, `${server().url}?sslmode=verify-full`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  });

  test("[OPS-05] says what is wrong with a login or a server without a secret", async () => {
    await saysNothingSecret(postgres, server().url.replace("sallyport@", `nobody:${SECRET}@`), /28000/);
    await saysNothingSecret(postgres, `postgres://nobody:${SECRET}@127.0.0.1:1/x`, /ECONNREFUSED/);
  });
});

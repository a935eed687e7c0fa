// The ready-made server's stores on real servers: opened by an address, checked, and silent about secrets.
import { inspect } from "node:util";
import { Redis as IoRedis } from "ioredis";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { postgres as postgresServer } from "../../../../scripts/brokers/postgres.ts";
import { redis as redisServer } from "../../../../scripts/brokers/redis.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { Address } from "../../src/brokers/address.ts";
import { PASSWORD, type Role, ROLES } from "../../src/brokers/broker.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import type { OpenedStore, Store } from "../../src/stores/store.ts";
import { shop } from "../shop.ts";
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

const LAYOUT = layoutOf(shop, { tenants: ["acme"] });
const ENTRY = { door: "operator", decision: "done" } as const;
const letter = (id: string) => ({ ...LETTER, id, bytes: Uint8Array.from([1]) });

/** What each of the three may do, and what of the others' it may not. `letters` has one letter, "old". */
async function keepToTheirOwn(as: (role: Role) => Promise<OpenedStore>): Promise<void> {
  const [server, worker, operator] = [await as("server"), await as("worker"), await as("operator")];
  const refused = async (acts: readonly (() => Promise<unknown>)[]): Promise<void> => {
    for (const act of acts)
      await expect(act()).rejects.toMatchObject({
        code: "ERR_STORE_UNAVAILABLE",
        message: expect.stringMatching(/may not|cannot|did not/),
      });
  };
  for (const store of [server, worker, operator]) {
    await store.trail.append([ENTRY]);
    expect((await Promise.all(store.checks().map((check) => check.run()))).flat()).toEqual([]);
  }
  expect(await server.limits.spend([{ key: "rights", limit: 1, windowMs: 60_000 }])).toBeUndefined();
  const begun = await server.ledger.begin({ ...CALL, key: "rights" });
  if (begun.kind !== "begun") return expect.unreachable();
  await server.ledger.end("rights", begun.token, { kind: "refused" });
  await refused([
    () => server.claims.claim([CLAIM]),
    () => server.deadLetters.put([letter("forged")]),
    () => server.deadLetters.remove(["old"]),
  ]);

  const [claim] = await worker.claims.claim([{ ...CLAIM, key: "rights" }]);
  if (claim?.kind !== "granted") return expect.unreachable();
  expect(await worker.claims.change([{ kind: "commit", key: "rights", token: claim.token }])).toEqual(["changed"]);
  await worker.deadLetters.put([letter("new")]);
  await refused([
    () => worker.limits.spend([{ key: "x", limit: 1, windowMs: 1 }]),
    () => worker.ledger.begin(CALL),
    () => worker.deadLetters.remove(["old"]),
  ]);

  expect((await operator.deadLetters.list({}, { limit: 9 })).map(({ id }) => id)).toEqual(["new", "old"]);
  expect(await operator.deadLetters.get("old")).toBeDefined();
  expect(await operator.deadLetters.remove(["old", "new"])).toBe(2);
  expect(await operator.trail.verify()).toMatchObject({ intact: true });
  await refused([
    () => operator.claims.claim([CLAIM]),
    () => operator.ledger.begin(CALL),
    () => operator.deadLetters.put([letter("forged")]),
  ]);
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

  test("[DST-07] [OPS-01] gives each role its own with the rights that are told, and nobody the trail to change", async () => {
    const admin = new IoRedis(server().url);
    onTestFinished(() => admin.disconnect());
    await admin.flushall();
    await (await open(redis, server().url)).deadLetters.put([letter("old")]);
    const users = new Map<Role, string>();
    for (const role of ROLES) {
      const { text, user } = redis.rights(LAYOUT, role);
      // As redis-cli takes it: what is in parentheses is one argument.
      for (const password of ["another", SECRET]) {
        const [command = "", ...args] = text.replace(PASSWORD, password).match(/\([^)]*\)|\S+/g) ?? [];
        await admin.call(command, args);
      }
      // What is sent again leaves the password of the last time alone.
      expect(((await admin.call("ACL", ["GETUSER", user])) as readonly unknown[])[3]).toHaveLength(1);
      users.set(role, server().url.replace("://", `://${user}:${SECRET}@`));
    }
    await keepToTheirOwn((role) => open(redis, users.get(role) ?? ""));
    for (const url of users.values()) {
      const client = new IoRedis(url);
      onTestFinished(() => client.disconnect());
      for (const [command, ...args] of [
        ["XDEL", "sallyport:{trail}", "1-0"],
        ["XTRIM", "sallyport:{trail}", "MAXLEN", "0"],
        ["DEL", "sallyport:{trail}"],
        ["DEL", "sallyport:{trail}:head"],
        ["EVAL", "return redis.call('DEL', KEYS[1])", "1", "sallyport:{trail}"],
      ] as const)
        await expect(client.call(command, args)).rejects.toThrow(/NOPERM|user executing the script can't/);
    }
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

  test("[REP-12] is found to take nothing that is written, and the command that is told mends it", async () => {
    await admin.query("CREATE ROLE reads LOGIN; ALTER ROLE reads SET default_transaction_read_only = on");
    const url = server().url.replace("sallyport@", "reads@");
    const checkOf = async () => (await open(postgres, url)).checks().find(({ name }) => name === "writable");
    const [found] = (await (await checkOf())?.run()) ?? [];
    expect(found?.what).toBe("default_transaction_read_only is on");
    await admin.query((found?.mend ?? "").replace("…", "reads").replace(/;.*/, ""));
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

  test("[DST-07] [OPS-01] gives each role its own with the rights that are told, and nobody the trail to change", async () => {
    await admin.query("CREATE DATABASE roles");
    const url = server().url.replace(/\/postgres$/, "/roles");
    const owner = await open(postgres, url);
    await owner.declare();
    await owner.deadLetters.put([letter("old")]);
    const within = new Pool({ connectionString: url, max: 1 });
    onTestFinished(() => within.end());
    const users = new Map<Role, string>();
    for (const role of ROLES) {
      const { text, user } = postgres.rights(LAYOUT, role);
      await within.query(text.replace(PASSWORD, "another"));
      const kept = async (): Promise<unknown> =>
        (await admin.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [user])).rows[0] as unknown;
      const before = await kept();
      // Sent again it is no error, and the password is the one of the last time.
      await within.query(text.replace(PASSWORD, SECRET));
      expect(await kept()).not.toEqual(before);
      users.set(role, url.replace("sallyport@", `${user}:${SECRET}@`));
    }
    const rightsFound = async (role: Role) =>
      (await open(postgres, users.get(role) ?? ""))
        .checks(role)
        .find(({ name }) => name === "rights")
        ?.run();
    for (const role of ROLES) expect(await rightsFound(role)).toEqual([]);
    await within.query(`REVOKE INSERT ON sallyport.trail FROM "${postgres.rights(LAYOUT, "server").user}"`);
    expect(await rightsFound("server")).toMatchObject([{ what: "this user may not: sallyport.trail: INSERT" }]);
    await within.query(postgres.rights(LAYOUT, "server").text.replace(PASSWORD, SECRET));
    expect(await rightsFound("server")).toEqual([]);
    await keepToTheirOwn((role) => open(postgres, users.get(role) ?? ""));
    for (const one of users.values()) {
      const theirs = new Pool({ connectionString: one, max: 1 });
      onTestFinished(() => theirs.end());
      for (const sql of [
        "UPDATE sallyport.trail SET at_ms = 0",
        "DELETE FROM sallyport.trail",
        "TRUNCATE sallyport.trail",
        "DROP TABLE sallyport.trail",
      ])
        await expect(theirs.query(sql)).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("[OPS-04] a server that cannot encrypt is refused where encryption is asked for, as it is off this machine", async () => {
    const error: unknown = await open(postgres, `${server().url}?sslmode=verify-full`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  });

  test("[OPS-05] says what is wrong with a login or a server without a secret", async () => {
    await saysNothingSecret(postgres, server().url.replace("sallyport@", `nobody:${SECRET}@`), /refuses the login/);
    await saysNothingSecret(postgres, `postgres://nobody:${SECRET}@127.0.0.1:1/x`, /ECONNREFUSED/);
  });
});

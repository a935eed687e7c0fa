// Dead letters and trails where several machines share them: on a real PostgreSQL, and on a real Redis through both
// clients that people use.
import { Pool } from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { Postgres } from "../../src/postgres/postgres.ts";
import { Redis, type RedisClient } from "../../src/redis/redis.ts";
import { PostgresDeadLetters } from "../../src/stores/postgres-dead-letters.ts";
import { PostgresTrail } from "../../src/stores/postgres-trail.ts";
import { RedisDeadLetters } from "../../src/stores/redis-dead-letters.ts";
import { TestClock } from "../../src/testing/index.ts";
import { RedisTrail } from "../../src/stores/redis-trail.ts";
import { deadLetterLaws, trailLaws } from "../../src/testing/index.ts";
import { redisClients } from "../redis-clients.ts";
import { describeBroker } from "../brokers.ts";

let opened = 0;
const ENTRY = { door: "publish", decision: "accepted" } as const;

describeBroker("postgres", "PostgreSQL", (url) => {
  const pool = new Pool({ connectionString: url, max: 8 });
  const made: string[] = [];
  const fresh = (): Postgres => {
    const schema = `l${process.pid}_${++opened}`;
    made.push(schema);
    return new Postgres(pool, { schema });
  };
  /** With tables of which it does not know that they are there. */
  const again = ({ schema }: Postgres): Postgres => new Postgres(pool, { schema });

  afterAll(async () => {
    for (const schema of made) await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  const letterLaws = deadLetterLaws(async () => {
    const postgres = fresh();
    return { store: new PostgresDeadLetters(postgres), reopen: () => new PostgresDeadLetters(again(postgres)) };
  });
  const laws = trailLaws(async () => {
    const postgres = fresh();
    const table = `${postgres.schema}.trail`;
    return {
      trail: new PostgresTrail(postgres),
      reopen: () => new PostgresTrail(again(postgres)),
      tamper: async (change) => {
        const { rows } = await pool.query(`SELECT seq, at_ms, entry, hash FROM ${table} ORDER BY seq`);
        await pool.query(`DELETE FROM ${table}`);
        const entries = change(rows.map((row) => ({ seq: Number(row.seq), atMs: Number(row.at_ms), entry: row.entry, hash: row.hash })));
        for (const { seq, atMs, entry, hash } of entries)
          await pool.query(`INSERT INTO ${table} VALUES ($1, $2, $3, $4)`, [seq, atMs, entry, hash]);
      },
    };
  });
  for (const law of [...letterLaws, ...laws]) test(law.name, law.run);

  test("[OPS-01] the guard's user needs to insert and select, and can then change or remove nothing", async () => {
    const postgres = fresh();
    const trail = new PostgresTrail(postgres);
    await trail.append([ENTRY]);
    const role = `${postgres.schema}_user`;
    await pool.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${postgres.schema} TO ${role};
      GRANT SELECT, INSERT ON ${postgres.schema}.trail TO ${role}`);
    const theirs = new Pool({ connectionString: url.replace("sallyport@", `${role}@`), max: 1 });
    const appending = new PostgresTrail(new Postgres(theirs, { schema: postgres.schema }));
    await appending.append([ENTRY]);
    expect(await appending.verify()).toMatchObject({ intact: true, entries: 2 });
    for (const sql of [`UPDATE ${postgres.schema}.trail SET at_ms = 0`, `DELETE FROM ${postgres.schema}.trail`])
      await expect(theirs.query(sql)).rejects.toMatchObject({ code: "42501" });
    await theirs.end();
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  test("[OPS-01] two that append the same at the same time are on the trail twice", async () => {
    const postgres = fresh();
    const clock = new TestClock();
    const trails = [new PostgresTrail(postgres, { clock }), new PostgresTrail(postgres, { clock })];
    for (let n = 0; n < 10; n++) await Promise.all(trails.map((trail) => trail.append([ENTRY])));
    expect(await trails[0]!.verify()).toMatchObject({ intact: true, entries: 20 });
  });

  test("times on the trail are the server's where no clock is given", async () => {
    const trail = new PostgresTrail(fresh());
    await trail.append([ENTRY]);
    const [stored] = await trail.list({ limit: 1 });
    expect(Math.abs((stored?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test("[PSN-14] [REP-12] letters and entries that cannot be stored are said not to be", async () => {
    const nowhere = new Pool({ host: "127.0.0.1", port: 1, max: 1 });
    const postgres = new Postgres(nowhere);
    await expect(new PostgresTrail(postgres).append([ENTRY])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    await expect(new PostgresDeadLetters(postgres).put([LETTER])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    await nowhere.end();
  });
});

describeBroker("redis", "Redis", (url) => {
  const { ioredis, nodeRedis } = redisClients(url);

  const fresh = (client: RedisClient = ioredis): Redis => new Redis(client, { prefix: `l${process.pid}-${++opened}` });

  describe.each([
    ["ioredis", () => ioredis],
    ["node-redis", () => nodeRedis],
  ])("through %s", (_name, clientOf) => {
    const letterLaws = deadLetterLaws(async () => {
      const redis = fresh(clientOf());
      return { store: new RedisDeadLetters(redis), reopen: () => new RedisDeadLetters(new Redis(clientOf(), { prefix: redis.prefix })) };
    });
    const laws = trailLaws(async () => {
      const redis = fresh(clientOf());
      const key = `${redis.prefix}:{trail}`;
      return {
        trail: new RedisTrail(redis),
        reopen: () => new RedisTrail(new Redis(clientOf(), { prefix: redis.prefix })),
        tamper: async (change) => {
          const kept = await ioredis.xrange(key, "-", "+");
          await ioredis.del(key);
          const entries = kept.map(([id, [, atMs, , entry = "", , hash = ""]]) => ({
            seq: Number.parseInt(id, 10),
            atMs: Number(atMs),
            entry,
            hash,
          }));
          for (const { seq, atMs, entry, hash } of change(entries))
            await ioredis.xadd(key, `${seq}-0`, "atMs", atMs, "entry", entry, "hash", hash);
        },
      };
    });
    for (const law of [...letterLaws, ...laws]) test(law.name, law.run);
  });

  test("[OPS-01] verify finds an entry that was put in between two, and fields that are not as they were appended", async () => {
    const redis = fresh();
    const trail = new RedisTrail(redis);
    const key = `${redis.prefix}:{trail}`;
    await trail.append([ENTRY]);
    await ioredis.xadd(key, "1-1", "atMs", "1", "entry", "{}", "hash", "0");
    expect(await trail.verify()).toEqual({ intact: false, brokenAt: 2 });
    await ioredis.xdel(key, "1-1");
    expect(await trail.verify()).toMatchObject({ intact: true, entries: 1 });
    const [[, fields] = ["", []]] = await ioredis.xrange(key, "-", "+");
    await ioredis.del(key);
    await ioredis.xadd(key, "1-0", ...fields, "more", "said");
    expect(await trail.verify()).toEqual({ intact: false, brokenAt: 1 });
  });

  test("[OPS-01] a trail whose head was removed is not begun anew over what is there", async () => {
    const redis = fresh();
    const trail = new RedisTrail(redis);
    await trail.append([ENTRY, ENTRY]);
    await ioredis.del(`${redis.prefix}:{trail}:head`);
    await expect(trail.append([ENTRY])).rejects.toMatchObject({ code: "ERR_STORE_CORRUPT" });
    expect(await trail.verify()).toMatchObject({ intact: true, entries: 2 });
  });

  test("[OPS-01] what a client asks again by itself, because its answer was lost, is on the trail once", async () => {
    // As a cluster's client does, and a single one of ioredis, when a connection ends.
    const resending: RedisClient = {
      call: async (command, args) => {
        await ioredis.call(command, args);
        return ioredis.call(command, args);
      },
    };
    const trail = new RedisTrail(fresh(resending));
    await trail.append([ENTRY, ENTRY]);
    await trail.append([ENTRY]);
    expect(await trail.verify()).toMatchObject({ intact: true, entries: 3 });
  });

  test("[OPS-01] two that append the same at the same time are on the trail twice", async () => {
    const redis = fresh();
    const clock = new TestClock();
    const trails = [new RedisTrail(redis, { clock }), new RedisTrail(redis, { clock })];
    for (let n = 0; n < 10; n++) await Promise.all(trails.map((trail) => trail.append([ENTRY])));
    expect(await trails[0]!.verify()).toMatchObject({ intact: true, entries: 20 });
  });

  test("times on the trail are the server's where no clock is given", async () => {
    const trail = new RedisTrail(fresh());
    await trail.append([ENTRY]);
    const [stored] = await trail.list({ limit: 1 });
    expect(Math.abs((stored?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test("[PSN-14] [REP-12] letters and entries that cannot be stored are said not to be", async () => {
    const refusing: RedisClient = { call: () => Promise.reject(new Error("OOM command not allowed when used memory > 'maxmemory'.")) };
    const redis = new Redis(refusing);
    await expect(new RedisTrail(redis).append([ENTRY])).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
    await expect(new RedisDeadLetters(redis).put([LETTER])).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
  });

  test("all keys of the letters, and all of the trail, are in one slot of a cluster", async () => {
    const slots = (keys: readonly string[]) => Promise.all(keys.map((key) => ioredis.cluster("KEYSLOT", key)));
    const [letters, order, trail, head] = await slots(["p:{dead}:letters", "p:{dead}:order", "p:{trail}", "p:{trail}:head"]);
    expect([letters, trail]).toEqual([order, head]);
  });
});

const LETTER = {
  id: "a",
  group: "g",
  destination: "orders",
  code: "ERR_HANDLER_FAILED",
  step: "handle",
  attempts: 1,
  diedAtMs: 1,
  bytes: Uint8Array.from([0]),
} as const;

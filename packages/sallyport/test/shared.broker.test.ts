// The ready-made server and workers as their users run several of them: processes of their own that share a broker and a
// store, an agent that calls a tool, an operator, and a worker that is killed.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis as IoRedis } from "ioredis";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { postgres as postgresServer } from "../../../scripts/brokers/postgres.ts";
import { redis as redisServer } from "../../../scripts/brokers/redis.ts";
import { describeBrokers } from "../../guard/test/brokers.ts";
import { ownServer } from "../../server/test/brokers/own-server.ts";
import { Ear, type House, houseOn } from "./shared-house.ts";

interface TrailLine {
  readonly door: string;
  readonly decision: string;
  readonly eventId?: string;
  readonly attempt?: number;
}

async function trailOf({ command, contract }: House, id: string): Promise<readonly TrailLine[]> {
  const { stdout } = await command("trail", "show", contract, "--event", id, "--json");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TrailLine);
}

function suite(redis: () => string, house: () => House): void {
  beforeEach(async () => {
    const admin = new IoRedis(redis());
    await admin.flushall();
    admin.disconnect();
  });

  test("[REP-07] two workers share what an agent publishes, and each event is handled once", async () => {
    const own = house();
    const publish = await own.serve();
    const [one, other] = await Promise.all([own.work(), own.work()]);
    const [ears, all] = [[one, other].map((worker) => new Ear().listen(worker)), new Ear().listen(one, other)];
    const items = Array.from({ length: 40 }, (_, n) => `i${n}`);
    const receipts = await Promise.all(items.map((item) => publish(item)));
    await all.untilSaid(/^handled/, items.length);
    expect((await Promise.all([one.stop(), other.stop()])).map(({ code }) => code)).toEqual([0, 0]);
    expect(all.saying(/^handled/).toSorted()).toEqual(items.map((item) => `handled ${item} 1`).toSorted());
    for (const ear of ears) expect(ear.saying(/^handled/).length).toBeGreaterThan(0);
    const trail = await trailOf(own, String(receipts[0]?.["id"]));
    expect(trail.map(({ door, decision }) => `${door}: ${decision}`)).toEqual(["publish: accepted", "consume: committed"]);
    expect((await own.command("trail", "verify", own.contract)).stdout).toMatch(/^intact: 80 entries/);
  });

  test("[PSN-09] the events of one key are handled in order, whichever worker has them", async () => {
    const own = house();
    const publish = await own.serve();
    const all = new Ear().listen(await own.work(), await own.work());
    const items = Array.from({ length: 12 }, (_, n) => `i${n}`);
    for (const item of items) await publish(item, "one customer");
    await all.untilSaid(/^handled/, items.length);
    expect(all.saying(/^handled/)).toEqual(items.map((item) => `handled ${item} 1`));
  });

  test("[PSN-11] [REP-10] what a killed worker had begun is handled by another, once", async () => {
    const own = house();
    const publish = await own.serve();
    const doomed = await own.work({ HANGS: "stuck" });
    const { id } = await publish("stuck");
    await doomed.says(/begun stuck 1/);
    await doomed.stop("SIGKILL");
    const rescuer = await own.work();
    const ear = new Ear().listen(rescuer);
    await publish("next");
    await ear.untilSaid(/^handled/, 2);
    expect((await rescuer.stop()).code).toBe(0);
    expect(ear.saying(/^handled/).toSorted()).toEqual(["handled next 1", "handled stuck 2"]);
    expect((await trailOf(own, String(id))).map(({ decision, attempt }) => `${decision} ${attempt ?? ""}`)).toEqual([
      "accepted ",
      "committed 2",
    ]);
  });

  test("[PSN-12] a worker that is told to stop finishes what it has begun, and gives back the rest", async () => {
    const own = house();
    const publish = await own.serve();
    const worker = await own.work({ WAITS: "slow" });
    await publish("slow", "c");
    await worker.says(/begun slow 1/);
    await publish("behind it", "c");
    const { code, stdout, stderr } = await worker.stop();
    expect([code, stdout, stderr]).toEqual([0, "begun slow 1\nhandled slow 1\n", expect.stringMatching(/"message":"stopped"/)]);
    const heir = await own.work();
    await heir.says(/handled behind it 1/);
  });

  test("[PSN-14] [OPS-02] what was rejected is in the dead letters, is redriven and handled, and all of it is on the trail", async () => {
    const own = house();
    const publish = await own.serve();
    writeFileSync(join(own.folder, "refuse"), "");
    const worker = await own.work();
    const { id } = await publish("refused");
    await worker.says(/a handler rejected/);
    const listed = await untilListed(own);
    expect(listed).toMatchObject({ group: "shop", destination: "orders", eventId: id });
    rmSync(join(own.folder, "refuse"));
    const redriven = await own.command("dead", "redrive", own.contract, "--all", "--yes");
    expect([redriven.code, redriven.stdout]).toEqual([0, expect.stringMatching(/redriven: 1, refused: 0/)]);
    await worker.says(/handled refused 1/);
    expect((await own.command("dead", "list", own.contract)).stdout).toBe("no dead letters\n");
    expect((await own.command("trail", "verify", own.contract)).stdout).toMatch(/^intact: /);
    expect((await trailOf(own, String(id))).map(({ door }) => door)).toEqual(["publish", "consume", "operator", "operator", "consume"]);
  });
}

/** The worker tells its log before the letter is stored. */
async function untilListed({ command, contract }: House): Promise<unknown> {
  for (;;) {
    const { stdout } = await command("dead", "list", contract, "--json");
    if (stdout !== "") return JSON.parse(stdout);
  }
}

describeBrokers(["redis"], "Redis as broker and store", () => {
  const redis = ownServer(redisServer);
  suite(
    () => redis().url,
    () => houseOn(redis().url, redis().url),
  );

  describe("what is wrong", () => {
    const house = (): House => houseOn(redis().url, redis().url);

    test("doctor finds nothing where all is in order, and changes nothing", async () => {
      const admin = new IoRedis(redis().url);
      onTestFinished(() => admin.disconnect());
      const { command, contract } = house();
      const { code, stdout } = await command("doctor", contract);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/\d+ checks, all in order/)]);
      expect(await admin.dbsize()).toBe(0);
    });

    test("[REP-08] doctor names it with its threat and its remedy, and serve and work refuse to start until it is mended", async () => {
      const admin = new IoRedis(redis().url);
      onTestFinished(() => admin.disconnect());
      const own = house();
      await admin.config("SET", "maxmemory-policy", "allkeys-lru");
      const { code, stdout } = await own.command("doctor", own.contract, "--format", "json");
      const { findings } = JSON.parse(stdout) as {
        findings: { of: string; check: string; verdict: string; wrong: { breaks: string; mend: string }[] }[];
      };
      const wrong = findings.filter(({ verdict }) => verdict !== "ok");
      expect([code, wrong.map(({ of, check }) => `${of} ${check}`)]).toEqual([1, ["broker eviction", "store eviction"]]);
      const [{ breaks, mend } = { breaks: "", mend: "" }] = wrong[0]?.wrong ?? [];
      expect(breaks).toMatch(/REP-08/);
      const refused = expect.stringMatching(
        /^ERR_CONFIG_CAPABILITY: maxmemory-policy is allkeys-lru: .*CONFIG SET maxmemory-policy noeviction/,
      );
      const serve = await own.command("serve", own.contract, "--port", "0");
      const work = await own.command("work", own.contract, "--handlers", join(own.folder, "handlers.mjs"));
      expect([serve.code, work.code, serve.stderr, work.stderr]).toEqual([2, 2, refused, refused]);
      const [first = "", ...args] = mend.split(" ");
      await admin.call(first, args);
      expect((await own.command("doctor", own.contract)).code).toBe(0);
    });

    test("topology is shown, and with --apply is made", async () => {
      const admin = new IoRedis(redis().url);
      onTestFinished(() => admin.disconnect());
      const { command, contract } = house();
      const shown = await command("topology", contract);
      expect(shown.stdout).toMatch(/^stream sallyport:\{orders\} \(destination\)/);
      expect(await admin.dbsize()).toBe(0);
      expect((await command("topology", contract, "--apply")).code).toBe(0);
      expect(await admin.call("XINFO", "GROUPS", "sallyport:{orders}")).toHaveLength(1);
    });
  });
});

describeBrokers(["redis", "postgres"], "Redis as broker, PostgreSQL as store", () => {
  const [redis, postgres] = [ownServer(redisServer), ownServer(postgresServer)];
  let databases = 0;
  beforeEach(async () => {
    const { Pool } = await import("pg");
    const pool = new Pool({ connectionString: postgres().url, max: 1 });
    await pool.query(`CREATE DATABASE house${++databases}`);
    await pool.end();
  });
  suite(
    () => redis().url,
    () => houseOn(redis().url, postgres().url.replace(/\/postgres$/, `/house${databases}`)),
  );
});

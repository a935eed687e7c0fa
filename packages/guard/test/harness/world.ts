// One destination of one broker and one schema of PostgreSQL, in which processes publish and consume; and the count, at
// the end, of what became of every id.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { expect, onTestFinished } from "vitest";
import { keySpec } from "../house.ts";
import type { Listed } from "./carriers.ts";
import { destinationOf, GROUP } from "./counted.ts";

export const MAX_FAILURES = 3;
/** The second where it died between its last failure and its letter. */
const FAILED = "('ERR_HANDLER_FAILED', 'ERR_POLICY_ATTEMPTS')";
const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
const CLOCK = new URL("shifted-clock.ts", import.meta.url).href;
const TABLES = `
  CREATE TABLE effects (seq bigserial PRIMARY KEY, id text NOT NULL, of text NOT NULL, n integer NOT NULL);
  CREATE TABLE letters (id text PRIMARY KEY, code text NOT NULL, event text)`;

export interface Orders {
  readonly mode: "publish" | "consume";
  readonly carrier: string;
  readonly url: string;
  readonly postgres: string;
  /** Name of the schema; the destination has it in its name. */
  readonly world: string;
  readonly keys: string;
  readonly ordering: "none" | "key";
  /** How many are published. */
  readonly events: number;
  /** From one to the next. */
  readonly paceMs: number;
  /** Where it ends itself, or "none". */
  readonly point: string;
  /** How many passes of the point come before the end. */
  readonly passes: number;
}

export interface Start extends Partial<Pick<Orders, "point" | "passes">> {
  /** How much too late it is by its host's clock. */
  readonly aheadMs?: number;
  /** What it is started with. */
  readonly by?: readonly string[];
}

type Place = Pick<Orders, "url" | "postgres" | "ordering" | "events" | "paceMs">;

let worlds = 0;

export class World {
  readonly #carrier: Listed;
  readonly #place: Place;
  readonly name = `w${process.pid}_${++worlds}`;
  readonly #keys = JSON.stringify([keySpec({ issuer: "counted" })]);
  readonly #pool: Pool;

  private constructor(carrier: Listed, place: Place) {
    this.#carrier = carrier;
    this.#place = place;
    this.#pool = new Pool({ connectionString: place.postgres, max: 2, options: `-c search_path=${this.name}` });
  }

  static async open(carrier: Listed, place: Place): Promise<World> {
    const world = new World(carrier, place);
    onTestFinished(() => world.#end());
    await world.#pool.query(`CREATE SCHEMA ${world.name}`);
    await world.#pool.query(TABLES);
    const loaded = await carrier.load();
    await loaded.declare?.(place.url, destinationOf(world.name), GROUP);
    return world;
  }

  async #end(): Promise<void> {
    await this.#pool.query(`DROP SCHEMA ${this.name} CASCADE`);
    await this.#pool.end();
  }

  start(mode: Orders["mode"], { point = "none", passes = 0, aheadMs = 0, by = [] }: Start = {}): ChildProcess {
    const orders: Orders = { ...this.#place, mode, carrier: this.#carrier.name, world: this.name, keys: this.#keys, point, passes };
    const clock = aheadMs === 0 ? [] : ["--import", CLOCK];
    const [program, ...args] = [...by, process.execPath, "--conditions=sallyport-source", ...clock, WORKER, JSON.stringify(orders)];
    const env = { ...process.env, CLOCK_AHEAD_MS: String(aheadMs) };
    const child = spawn(program!, args, { stdio: ["ignore", "pipe", "inherit"], env });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  /** Consumers that have joined the group. */
  async consumers(howMany: number, how: Start = {}): Promise<readonly ChildProcess[]> {
    const started = Array.from({ length: howMany }, () => this.start("consume", how));
    for (const { stdout } of started) await once(stdout!, "data");
    return started;
  }

  async publish(how: Start = {}): Promise<unknown> {
    return exitOf(this.start("publish", how));
  }

  async count(sql: string): Promise<number> {
    const { rows } = await this.#pool.query(`SELECT count(*)::integer AS n FROM ${sql}`);
    return (rows[0] as { n: number }).n;
  }

  async #state(): Promise<{ readonly ended: number; readonly open: number }> {
    const ended = (await this.count("effects")) + (await this.count("letters"));
    return { ended, open: ended === 0 ? 0 : await this.count("claims WHERE state NOT IN ('committed', 'dead')") };
  }

  async isSettled(): Promise<boolean> {
    const { ended, open } = await this.#state();
    return ended >= this.#place.events && open === 0;
  }

  async untilSettled(withinMs: number): Promise<void> {
    await expect.poll(() => this.#state(), { timeout: withinMs, interval: 50 }).toEqual({ ended: this.#place.events, open: 0 });
  }

  /** Runs a consumer without kills until nothing is owed any more. */
  async finish(withinMs: number): Promise<void> {
    if (await this.isSettled()) return;
    const child = this.start("consume");
    const exited = exitOf(child);
    await this.untilSettled(withinMs);
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  }

  /** Every id ended once, and in one way. */
  async audit(): Promise<void> {
    const { events } = this.#place;
    expect(await this.count("(SELECT id FROM effects GROUP BY id HAVING count(*) > 1) AS doubled"), "effects doubled").toBe(0);
    const ended = [await this.count("effects"), await this.count(`letters WHERE code IN ${FAILED}`)];
    expect(ended, "every id ends in exactly one of committed or dead").toEqual([(events * 9) / 10, events / 10]);
    expect(await this.count("letters"), "no other letters").toBe(events / 10);
    expect(await this.count("letters WHERE event IN (SELECT id FROM effects)")).toBe(0);
    expect(await this.count(`claims WHERE finished > ${MAX_FAILURES}`), "failures above the budget").toBe(0);
  }

  /** Whether the effects of each key came in the order in which they were published. */
  async auditOrder(): Promise<void> {
    const behind = "(SELECT n, lag(n) OVER (PARTITION BY of ORDER BY seq) AS before FROM effects) AS steps WHERE n < before";
    expect(await this.count(behind), "steps out of order").toBe(0);
  }
}

export async function exitOf(child: ChildProcess): Promise<unknown> {
  const [code, signal] = (await once(child, "exit")) as [unknown, unknown];
  return signal ?? code;
}

// One subject on names of its own: its workers, and what became of every task, counted where the handlers wrote it down.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as after } from "node:timers/promises";
import { Pool } from "pg";
import type { Place, Subject } from "./subject.ts";
import type { Task } from "./task.ts";
import type { Orders, Point } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
const TABLES = `
  CREATE TABLE attempts (seq bigserial PRIMARY KEY, n integer NOT NULL);
  CREATE TABLE effects (seq bigserial PRIMARY KEY, n integer NOT NULL)`;
const STEP_MS = 500;
const HALF_MS = 75_000;
/** After the last task has ended: what would have an effect again has it within this. */
const SETTLES_MS = 15_000;

export interface Servers {
  readonly redis: string;
  readonly postgres: string;
  /** Of those that are asked for. */
  readonly brokers: ReadonlyMap<string, string>;
}

export interface Counted {
  /** Tasks with an effect. */
  readonly handled: ReadonlySet<number>;
  /** Tasks with more than one. */
  readonly doubled: number;
  /** Dead letters. */
  readonly dead: readonly Buffer[];
  /** Attempts at each task. */
  readonly attempts: ReadonlyMap<number, number>;
}

let worlds = 0;

export class World {
  readonly subject: Subject;
  readonly place: Place;
  readonly #pool: Pool;
  readonly #living = new Set<ChildProcess>();

  private constructor(subject: Subject, place: Place) {
    this.subject = subject;
    this.place = place;
    this.#pool = new Pool({ connectionString: place.postgres, max: 2, options: `-c search_path=${place.world}` });
  }

  static async open(subject: Subject, servers: Servers, windowS: number): Promise<World> {
    const world = `b${process.pid}_${++worlds}`;
    const { redis, postgres, brokers } = servers;
    const url = brokers.get(subject.broker)!;
    const opened = new World(subject, { url, redis, postgres, world, windowS, secret: randomBytes(32).toString("base64") });
    await opened.#pool.query(`CREATE SCHEMA ${world}`);
    await opened.#pool.query(TABLES);
    await subject.declare(opened.place);
    return opened;
  }

  async close(): Promise<void> {
    for (const child of this.#living) child.kill("SIGKILL");
    await this.#pool.query(`DROP SCHEMA ${this.place.world} CASCADE`);
    await this.#pool.end();
  }

  /** Resolves when it works, or has ended before it could say so. */
  async start(point: Point = "none"): Promise<ChildProcess> {
    const orders: Orders = { subject: this.subject.name, broker: this.subject.broker, place: this.place, point };
    const child = spawn(process.execPath, [WORKER, JSON.stringify(orders)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#living.add(child);
    child.once("exit", () => this.#living.delete(child));
    await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    return child;
  }

  publish(tasks: readonly Task[]): Promise<readonly Buffer[]> {
    return this.subject.publish(this.place, tasks);
  }

  async count(): Promise<Counted> {
    const effects = await this.#perTask("effects");
    return {
      handled: new Set(effects.keys()),
      doubled: [...effects.values()].filter((count) => count > 1).length,
      dead: await this.subject.dead(this.place),
      attempts: await this.#perTask("attempts"),
    };
  }

  async #perTask(table: "attempts" | "effects"): Promise<ReadonlyMap<number, number>> {
    const { rows } = await this.#pool.query(`SELECT n, count(*)::integer AS count FROM ${table} GROUP BY n`);
    return new Map((rows as { n: number; count: number }[]).map(({ n, count }) => [n, count]));
  }

  /**
   * Until so many messages were handled or are dead letters, and then for as long as a copy takes. Halfway through the time
   * all workers are ended and another is started, so that what is still open then is not merely stuck in one of them.
   */
  async untilEnded(howMany: number): Promise<Counted> {
    if (!(await this.#untilEnded(howMany, HALF_MS))) {
      await Promise.all([...this.#living].map(ended));
      await this.start();
      await this.#untilEnded(howMany, HALF_MS);
    }
    await after(SETTLES_MS);
    return this.count();
  }

  async #untilEnded(howMany: number, withinMs: number): Promise<boolean> {
    const giveUpAtMs = Date.now() + withinMs;
    while (Date.now() < giveUpAtMs) {
      const counted = await this.count();
      if (counted.handled.size + counted.dead.length >= howMany) return true;
      await after(STEP_MS);
    }
    return false;
  }
}

/** Whether it ended itself within the time; where it did not, it is ended. */
export async function diedWithin(child: ChildProcess, withinMs: number): Promise<boolean> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if (!isOver()) await Promise.race([once(child, "exit"), after(withinMs)]);
  if (isOver()) return true;
  await ended(child);
  return false;
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

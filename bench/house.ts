// The whole guard on one SQLite file, every commit on disk before it is answered.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Consumer, type ConsumerOptions, Publisher } from "@sallyport/guard";
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { SqliteLedger, SqliteLimits } from "@sallyport/guard/stores/sqlite-limits";
import { SqliteTrail } from "@sallyport/guard/stores/sqlite-trail";
import { caller, hmacKey, type Order, type Orders, orders, ringOf, TYPE } from "./event.ts";

/** A file of its own, in the folder that `BENCH_DIR` names or else the system's: it must be a disk, not memory. */
export async function withFile<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "sallyport-bench-"));
  try {
    return await use(join(folder, "bench.sqlite"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export class House {
  readonly transport: SqliteTransport;
  readonly trail: SqliteTrail;
  readonly deadLetters: SqliteDeadLetters;
  readonly #database: SqliteDatabase;
  readonly #keys = ringOf(hmacKey);

  constructor(path: string) {
    this.#database = new SqliteDatabase(path);
    this.transport = new SqliteTransport(this.#database);
    this.trail = new SqliteTrail(this.#database);
    this.deadLetters = new SqliteDeadLetters(this.#database);
  }

  /** So many calls wait at the same time. */
  async publish(list: readonly Order[], callers: number): Promise<void> {
    const publisher = new Publisher({
      ...this.#shared(),
      limits: new SqliteLimits(this.#database),
      ledger: new SqliteLedger(this.#database),
    });
    let next = 0;
    const call = async (): Promise<void> => {
      for (let order = list[next++]; order !== undefined; order = list[next++]) await publisher.publish(TYPE, order, caller);
    };
    await Promise.all(Array.from({ length: callers }, call));
  }

  consumer(
    handler: NonNullable<ConsumerOptions<Orders>["handlers"][typeof TYPE]>,
    options: Pick<ConsumerOptions<Orders>, "policy" | "observer">,
  ): Consumer<Orders> {
    const claims = new SqliteClaims(this.#database);
    return new Consumer({
      ...this.#shared(),
      group: "bench",
      claims,
      deadLetters: this.deadLetters,
      handlers: { [TYPE]: handler },
      ...options,
    });
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.#database.close();
  }

  #shared() {
    return { contract: orders, transport: this.transport, trail: this.trail, keys: this.#keys };
  }
}

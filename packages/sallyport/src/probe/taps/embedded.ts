// The embedded broker: a log in a SQLite file, which is read and written with SQLite alone.
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { decoded, type Message, type Owed, quoted, type Seen, type Tap } from "./tap.ts";

const LOG = "SELECT seq, destination, key, bytes FROM sallyport_log WHERE seq > ? ORDER BY seq";
const OWED = `SELECT g.destination AS destination, g.name AS name,
  (SELECT count(*) FROM sallyport_log l WHERE l.destination = g.destination AND l.seq > g.position)
  + (SELECT count(*) FROM sallyport_pending p WHERE p.groupId = g.id) AS messages FROM sallyport_groups g ORDER BY g.id`;
const HELD = "SELECT count(*) AS n FROM sallyport_log WHERE destination = ?";
const PUT = "INSERT INTO sallyport_log (destination, key, enqueuedAtMs, bytes) VALUES (?, ?, ?, ?)";

interface Row {
  readonly seq: number;
  readonly destination: string;
  readonly key: string | null;
  readonly bytes: Uint8Array;
}

export class EmbeddedTap implements Tap {
  readonly broker = "embedded";
  readonly forms = ["log"];
  readonly #file: string;
  readonly #own = new Set<number>();
  readonly #seen: Seen[] = [];
  #locked: (() => Promise<void>) | undefined;
  #last = 0;
  #database: DatabaseSync | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  seen(): Promise<readonly Seen[]> {
    const rows = this.#ask((database) => database.prepare(LOG).all(this.#last) as unknown as readonly Row[]) ?? [];
    for (const { seq, destination, key, bytes } of rows) {
      this.#last = seq;
      const own = this.#own.has(seq);
      this.#seen.push({ destination, key: key ?? undefined, bytes, text: decoded(bytes), headers: {}, form: "log", own });
    }
    return Promise.resolve([...this.#seen]);
  }

  put({ destination, key, bytes }: Message): Promise<void> {
    const put = this.#ask((database) => database.prepare(PUT).run(destination, key ?? null, Date.now(), bytes));
    if (put === undefined) return Promise.reject(new Error(`the target has not made the broker's file ${this.#file}`));
    this.#own.add(Number(put.lastInsertRowid));
    return Promise.resolve();
  }

  owed(): Promise<readonly Owed[]> {
    const rows =
      this.#ask((database) => database.prepare(OWED).all() as unknown as (Omit<Owed, "group"> & { readonly name: string })[]) ?? [];
    return Promise.resolve(rows.map(({ destination, name, messages }) => ({ destination, group: name, messages })));
  }

  async destinations(): Promise<readonly string[]> {
    const named = [...(await this.owed()), ...(await this.seen())].map(({ destination }) => destination);
    return [...new Set(named)].sort();
  }

  holds(destination: string): Promise<number> {
    const row = this.#ask((database) => database.prepare(HELD).get(destination)) as { readonly n: number } | undefined;
    return Promise.resolve(row?.n ?? 0);
  }

  /** Another process that holds the write lock is what an outage of a file looks like. */
  silence(): Promise<() => Promise<void>> {
    const holder = new DatabaseSync(this.#file);
    holder.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
    return Promise.resolve(() => {
      holder.exec("ROLLBACK");
      holder.close();
      return Promise.resolve();
    });
  }

  /** Whoever has a file open keeps what is in it, whatever becomes of its name: it is locked for good. */
  async vanish(): Promise<void> {
    this.#locked = await this.silence();
  }

  commandFor({ destination, bytes }: Message): string {
    const values = `${sql(destination)}, unixepoch() * 1000, x'${Buffer.from(bytes).toString("hex")}'`;
    return `sqlite3 ${quoted(this.#file)} ${quoted(`INSERT INTO sallyport_log (destination, enqueuedAtMs, bytes) VALUES (${values})`)}`;
  }

  async close(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
    await this.#locked?.();
    this.#locked = undefined;
  }

  /** `undefined` while the target has not made the file. */
  #ask<T>(question: (database: DatabaseSync) => T): T | undefined {
    if (this.#database === undefined) {
      if (!existsSync(this.#file)) return undefined;
      const database = new DatabaseSync(this.#file);
      database.exec("PRAGMA busy_timeout = 5000");
      const made = database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('sallyport_log', 'sallyport_pending')").get();
      if ((made as { readonly n: number }).n < 2) {
        database.close();
        return undefined;
      }
      this.#database = database;
    }
    return question(this.#database);
  }
}

const sql = (text: string): string => `'${text.replaceAll("'", "''")}'`;

// The tables of the embedded broker and every statement on them.
import type { Clock } from "../ports/clock.ts";
import type { OutgoingMessage, ReceiveOptions } from "../ports/transport.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";
import { EXPIRY_TABLES, type Keeping, SqliteExpiry } from "./sqlite-expiry.ts";

export interface Row {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly enqueuedAtMs: number;
}

export interface Taken {
  readonly rows: readonly Row[];
  /** There is more to look at, at once. */
  readonly more: boolean;
}

type Member = Pick<ReceiveOptions, "destination" | "group">;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, key TEXT, enqueuedAtMs INTEGER NOT NULL, bytes BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS sallyport_log_destination ON sallyport_log (destination, seq);
  CREATE TABLE IF NOT EXISTS sallyport_groups (
    destination TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (destination, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sallyport_pending (
    destination TEXT NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, key TEXT, dueMs INTEGER NOT NULL,
    PRIMARY KEY (destination, name, seq)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sallyport_pending_due ON sallyport_pending (destination, name, dueMs, seq);
  CREATE INDEX IF NOT EXISTS sallyport_pending_key ON sallyport_pending (destination, name, key, seq);
  ${EXPIRY_TABLES}`;
// With ordering by key only the first unsettled message of a key is ever due: the later ones wait at this time, beyond
// every clock, until it is settled. However many they are, nobody looks at them (PSN-09, PSN-01).
const BEHIND = Number.MAX_SAFE_INTEGER;
const APPEND = "INSERT INTO sallyport_log (destination, key, enqueuedAtMs, bytes) VALUES (?, ?, ?, ?)";
const JOIN = "INSERT INTO sallyport_groups (destination, name, position) VALUES (?, ?, 0) ON CONFLICT DO NOTHING";
const POSITION = "SELECT position FROM sallyport_groups WHERE destination = ? AND name = ?";
const ANY_NEW = `SELECT 1 FROM sallyport_log WHERE destination = ?1 AND seq > (SELECT position FROM sallyport_groups WHERE destination = ?1 AND name = ?2) LIMIT 1`;
const ANY_DUE = "SELECT 1 FROM sallyport_pending WHERE destination = ? AND name = ? AND dueMs <= ? LIMIT 1";
// What was never delivered is due at 0; what was, at the time of its next delivery.
const WAITING = "SELECT count(*) AS n FROM (SELECT 1 FROM sallyport_pending WHERE destination = ? AND name = ? AND dueMs = 0 LIMIT ?)";
const ADVANCE = "UPDATE sallyport_groups SET position = ? WHERE destination = ? AND name = ?";
const PEND = `INSERT INTO sallyport_pending (destination, name, seq, key, dueMs)
  SELECT destination, ?2, seq, key, iif(key IS NULL, 0, ?5) FROM sallyport_log WHERE destination = ?1 AND seq > ?3 ORDER BY seq LIMIT ?4`;
const LAST = "SELECT max(seq) AS seq FROM sallyport_pending WHERE destination = ? AND name = ?";
const EARLIER = `SELECT 1 FROM sallyport_pending e
  WHERE e.destination = p.destination AND e.name = p.name AND e.key = p.key AND e.seq < p.seq`;
const RELEASE = `UPDATE sallyport_pending AS p SET dueMs = 0
  WHERE p.destination = ? AND p.name = ? AND p.dueMs = ${BEHIND} AND p.seq > ? AND NOT EXISTS (${EARLIER})`;
const RELEASE_NEXT = `UPDATE sallyport_pending SET dueMs = 0 WHERE destination = ?1 AND name = ?2 AND dueMs = ${BEHIND}
  AND seq = (SELECT min(seq) FROM sallyport_pending WHERE destination = ?1 AND name = ?2 AND key = ?3)`;
// A group whose order is no longer what it was: members that come find it in theirs.
const RELEASE_ALL = `UPDATE sallyport_pending SET dueMs = 0 WHERE destination = ? AND name = ? AND dueMs = ${BEHIND}`;
const QUEUE_UP = `UPDATE sallyport_pending AS p SET dueMs = ${BEHIND}
  WHERE p.destination = ? AND p.name = ? AND p.dueMs = 0 AND p.key IS NOT NULL AND EXISTS (${EARLIER})`;
const TAKE = `SELECT p.seq AS seq, l.bytes AS bytes, l.enqueuedAtMs AS enqueuedAtMs FROM sallyport_pending p JOIN sallyport_log l ON l.seq = p.seq
  WHERE p.destination = ?1 AND p.name = ?2 AND p.dueMs BETWEEN ?3 AND ?4`;
// Also where a member without order has read on for the group.
const FIRST_OF_KEY = ` AND (p.key IS NULL OR NOT EXISTS (${EARLIER}))`;
// Sequences are given as a JSON array: one statement for all that are asked for together.
const POSTPONE = `UPDATE sallyport_pending SET dueMs = ? WHERE destination = ? AND name = ? AND seq IN (SELECT value FROM json_each(?))`;
const SETTLE = "DELETE FROM sallyport_pending WHERE destination = ? AND name = ? AND seq IN (SELECT value FROM json_each(?)) RETURNING key";
const BROWSE = "SELECT seq, bytes, enqueuedAtMs FROM sallyport_log WHERE destination = ? AND seq > ? ORDER BY seq LIMIT ?";
// How much of the log is read in one transaction in search of keys that nothing holds up.
const MOST_READ = 1024;
// While there is more to do than can be done, one in so many deliveries is a retry: poison that comes again and
// again takes no more than that from what was never tried (PSN-01).
const RETRY_SHARE = 16;

export class SqliteLog {
  readonly visibilityMs: number;
  readonly #database: SqliteDatabase;
  readonly #expiry: SqliteExpiry;
  readonly #clock: Clock;
  /** How many retries may be delivered before what was never delivered. */
  #retries = 0;

  constructor(database: SqliteDatabase, options: Keeping & { readonly visibilityMs: number; readonly clock: Clock }) {
    this.#database = database;
    this.#expiry = new SqliteExpiry(database, options, (member, seqs) => this.#settle(member, seqs));
    this.visibilityMs = options.visibilityMs;
    this.#clock = options.clock;
    database.define(SCHEMA);
  }

  append(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      const append = this.#database.prepare(APPEND);
      for (const message of messages) append.run(message.destination, message.key ?? null, nowMs, message.bytes);
      this.#expiry.run(nowMs);
    });
  }

  join({ destination, group, ordering }: ReceiveOptions): Promise<void> {
    return this.#database.write(() => {
      this.#database.prepare(JOIN).run(destination, group);
      this.#expiry.seen(destination, group, this.#clock.now());
      this.#database.prepare(ordering === "key" ? QUEUE_UP : RELEASE_ALL).run(destination, group);
    });
  }

  /** Says that the group is there, so that it is not forgotten. */
  seen({ destination, group }: Member): Promise<void> {
    return this.#database.write(() => this.#expiry.seen(destination, group, this.#clock.now()));
  }

  async take(options: ReceiveOptions, most: number): Promise<Taken> {
    // A look first: a write that finds nothing would cost the disk a flush on every poll.
    if (!this.#database.read(() => this.#mayHaveWork(options))) return { rows: [], more: false };
    return this.#database.write(() => {
      const unread = this.#readOn(options, most);
      const nowMs = this.#clock.now();
      const rows = this.#choose(options, most, nowMs);
      const seqs = JSON.stringify(rows.map(({ seq }) => seq));
      this.#database.prepare(POSTPONE).run(nowMs + this.visibilityMs, options.destination, options.group, seqs);
      return { rows, more: unread || rows.length === most };
    });
  }

  settle(member: Member, seqs: readonly number[]): Promise<void> {
    return this.#database.write(() => void this.#settle(member, seqs));
  }

  async postpone({ destination, group }: Member, seqs: readonly number[], delayMs: number): Promise<void> {
    if (seqs.length === 0) return;
    await this.#database.write(() => {
      this.#database.prepare(POSTPONE).run(this.#clock.now() + delayMs, destination, group, JSON.stringify(seqs));
    });
  }

  /** Rows after a position, and the last row of the destination that is no longer kept. */
  browse(destination: string, after: number, most: number): { readonly rows: readonly Row[]; readonly removed: number } {
    return this.#database.read(() => {
      const rows = this.#database.prepare(BROWSE).all(destination, after, most) as unknown as Row[];
      return { rows, removed: this.#expiry.removed(destination) };
    });
  }

  #choose(options: ReceiveOptions, most: number, nowMs: number): readonly Row[] {
    const due = (fromMs: number, toMs: number, room: number): readonly Row[] => {
      if (room === 0) return [];
      const sql = `${TAKE}${options.ordering === "key" ? FIRST_OF_KEY : ""} ORDER BY p.dueMs, p.seq LIMIT ?5`;
      return this.#database.prepare(sql).all(options.destination, options.group, fromMs, toMs, room) as unknown as Row[];
    };
    this.#retries = Math.min(this.#retries + most / RETRY_SHARE, RETRY_SHARE);
    const again = due(1, nowMs, Math.min(most, Math.floor(this.#retries)));
    this.#retries -= again.length;
    const fresh = due(0, 0, most - again.length);
    const room = most - again.length - fresh.length;
    return room > 0 ? [...due(1, nowMs, again.length + room), ...fresh] : [...again, ...fresh];
  }

  #mayHaveWork({ destination, group }: Member): boolean {
    const due = this.#database.prepare(ANY_DUE).get(destination, group, this.#clock.now());
    return due !== undefined || this.#database.prepare(ANY_NEW).get(destination, group) !== undefined;
  }

  #settle({ destination, group }: Member, seqs: readonly number[]): number {
    const settled = this.#database.prepare(SETTLE).all(destination, group, JSON.stringify(seqs)) as { readonly key: string | null }[];
    const next = this.#database.prepare(RELEASE_NEXT);
    for (const key of new Set(settled.map((row) => row.key))) if (key !== null) next.run(destination, group, key);
    return settled.length;
  }

  /** Reads the log until as many as are asked for are free to go; true when it stopped for having read enough at once. */
  #readOn(options: ReceiveOptions, most: number): boolean {
    let read = 0;
    for (;;) {
      const { n: waiting } = this.#database.prepare(WAITING).get(options.destination, options.group, most) as { readonly n: number };
      if (waiting >= most) return false;
      if (read >= MOST_READ) return true;
      const more = this.#pend(options, Math.max(most - waiting, Math.min(read, MOST_READ)));
      if (more === 0) return false;
      read += more;
    }
  }

  #pend({ destination, group, ordering }: ReceiveOptions, most: number): number {
    const { position } = this.#database.prepare(POSITION).get(destination, group) as { readonly position: number };
    const due = ordering === "key" ? BEHIND : 0;
    const read = Number(this.#database.prepare(PEND).run(destination, group, position, most, due).changes);
    if (read === 0) return 0;
    if (ordering === "key") this.#database.prepare(RELEASE).run(destination, group, position);
    const last = this.#database.prepare(LAST).get(destination, group) as { readonly seq: number };
    this.#database.prepare(ADVANCE).run(last.seq, destination, group);
    return read;
  }
}

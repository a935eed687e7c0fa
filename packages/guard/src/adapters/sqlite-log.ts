// The tables of the embedded broker and every statement on them.
import type { Clock } from "../ports/clock.ts";
import type { OutgoingMessage, ReceiveOptions } from "../ports/transport.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";

export interface Row {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly enqueuedAtMs: number;
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
  CREATE TABLE IF NOT EXISTS sallyport_removed (destination TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sallyport_pending_due ON sallyport_pending (destination, name, dueMs, seq);
  CREATE INDEX IF NOT EXISTS sallyport_pending_key ON sallyport_pending (destination, name, key, seq)`;
const APPEND = "INSERT INTO sallyport_log (destination, key, enqueuedAtMs, bytes) VALUES (?, ?, ?, ?)";
const JOIN = "INSERT INTO sallyport_groups (destination, name, position) VALUES (?, ?, 0) ON CONFLICT DO NOTHING";
const POSITION = "SELECT position FROM sallyport_groups WHERE destination = ? AND name = ?";
const ANY_NEW = `SELECT 1 FROM sallyport_log WHERE destination = ?1 AND seq > (SELECT position FROM sallyport_groups WHERE destination = ?1 AND name = ?2) LIMIT 1`;
const ANY_DUE = "SELECT 1 FROM sallyport_pending WHERE destination = ? AND name = ? AND dueMs <= ? LIMIT 1";
// What was never delivered is due at 0; what was, at the time of its next delivery.
const WAITING = "SELECT count(*) AS n FROM sallyport_pending WHERE destination = ? AND name = ? AND dueMs = 0";
const ADVANCE = "UPDATE sallyport_groups SET position = ? WHERE destination = ? AND name = ?";
const PEND = `INSERT INTO sallyport_pending (destination, name, seq, key, dueMs)
  SELECT destination, ?2, seq, key, 0 FROM sallyport_log WHERE destination = ?1 AND seq > ?3 ORDER BY seq LIMIT ?4`;
const LAST = "SELECT max(seq) AS seq FROM sallyport_pending WHERE destination = ? AND name = ?";
const TAKE = `SELECT p.seq AS seq, l.bytes AS bytes, l.enqueuedAtMs AS enqueuedAtMs FROM sallyport_pending p JOIN sallyport_log l ON l.seq = p.seq
  WHERE p.destination = ?1 AND p.name = ?2 AND p.dueMs BETWEEN ?3 AND ?4`;
// Only the first unsettled message of each key (PSN-09).
const FIRST_OF_KEY = ` AND (p.key IS NULL OR NOT EXISTS (SELECT 1 FROM sallyport_pending e
  WHERE e.destination = p.destination AND e.name = p.name AND e.key = p.key AND e.seq < p.seq))`;
// Sequences are given as a JSON array: one statement for all that are asked for together.
const POSTPONE = `UPDATE sallyport_pending SET dueMs = ? WHERE destination = ? AND name = ? AND seq IN (SELECT value FROM json_each(?))`;
const SETTLE = "DELETE FROM sallyport_pending WHERE destination = ? AND name = ? AND seq IN (SELECT value FROM json_each(?))";
// What some group still owes is kept past its time: nothing unsettled is lost. Each destination is read from its oldest
// on, and no further than there is something to remove, since whoever sends waits for it.
const NEXT_DESTINATION = "SELECT min(destination) AS destination FROM sallyport_log WHERE destination > ?";
const TAKEN = "SELECT min(position) AS seq FROM sallyport_groups WHERE destination = ?";
const OLDEST = `SELECT seq, enqueuedAtMs, EXISTS (SELECT 1 FROM sallyport_groups g JOIN sallyport_pending p
    ON p.destination = g.destination AND p.name = g.name AND p.seq = l.seq WHERE g.destination = l.destination) AS owed
  FROM sallyport_log l WHERE destination = ? AND seq <= ? ORDER BY seq`;
const REMOVE = "DELETE FROM sallyport_log WHERE seq IN (SELECT value FROM json_each(?))";
const MOST_REMOVED = 256;
const REMOVED = `INSERT INTO sallyport_removed (destination, seq) VALUES (?, ?) ON CONFLICT (destination) DO UPDATE SET seq = max(seq, excluded.seq)`;
const BROWSE = "SELECT seq, bytes, enqueuedAtMs FROM sallyport_log WHERE destination = ? AND seq > ? ORDER BY seq LIMIT ?";
// How far a group may read past what it has delivered, so that one slow key does not draw in the whole log.
const MAX_WAITING = 4096;
// While there is more to do than can be done, one in so many deliveries is a retry: poison that comes again and
// again takes no more than that from what was never tried (PSN-01).
const RETRY_SHARE = 16;

export class SqliteLog {
  readonly visibilityMs: number;
  readonly #database: SqliteDatabase;
  readonly #retentionMs: number;
  readonly #clock: Clock;
  #expireAtMs = 0;
  /** How many retries may be delivered before what was never delivered. */
  #retries = 0;

  constructor(database: SqliteDatabase, options: { readonly retentionMs: number; readonly visibilityMs: number; readonly clock: Clock }) {
    this.#database = database;
    this.#retentionMs = options.retentionMs;
    this.visibilityMs = options.visibilityMs;
    this.#clock = options.clock;
    database.define(SCHEMA);
  }

  append(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      const append = this.#database.prepare(APPEND);
      for (const message of messages) append.run(message.destination, message.key ?? null, nowMs, message.bytes);
      this.#expire(nowMs);
    });
  }

  join({ destination, group }: Member): Promise<void> {
    return this.#database.write(() => void this.#database.prepare(JOIN).run(destination, group));
  }

  async take(options: ReceiveOptions, most: number): Promise<readonly Row[]> {
    // A look first: a write that finds nothing would cost the disk a flush on every poll.
    if (!this.#database.read(() => this.#mayHaveWork(options))) return [];
    return this.#database.write(() => {
      this.#readOn(options, most);
      const nowMs = this.#clock.now();
      const rows = this.#choose(options, most, nowMs);
      const seqs = JSON.stringify(rows.map(({ seq }) => seq));
      this.#database.prepare(POSTPONE).run(nowMs + this.visibilityMs, options.destination, options.group, seqs);
      return rows;
    });
  }

  settle({ destination, group }: Member, seqs: readonly number[]): Promise<void> {
    return this.#database.write(() => void this.#database.prepare(SETTLE).run(destination, group, JSON.stringify(seqs)));
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
      const removed = this.#database.prepare("SELECT seq FROM sallyport_removed WHERE destination = ?").get(destination);
      return { rows, removed: (removed?.["seq"] as number | undefined) ?? 0 };
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

  #readOn({ destination, group }: Member, most: number): void {
    const waiting = (this.#database.prepare(WAITING).get(destination, group) as { n: number }).n;
    const room = Math.min(most, MAX_WAITING - waiting);
    if (room <= 0) return;
    const { position } = this.#database.prepare(POSITION).get(destination, group) as { position: number };
    if (this.#database.prepare(PEND).run(destination, group, position, room).changes === 0) return;
    const last = this.#database.prepare(LAST).get(destination, group) as { seq: number };
    this.#database.prepare(ADVANCE).run(last.seq, destination, group);
  }

  #expire(nowMs: number): void {
    if (nowMs < this.#expireAtMs) return;
    let expired = 0;
    for (const destination of this.#destinations()) {
      const seqs = this.#expiredOf(destination, nowMs - this.#retentionMs, MOST_REMOVED - expired);
      if (seqs.length === 0) continue;
      this.#database.prepare(REMOVE).run(JSON.stringify(seqs));
      this.#database.prepare(REMOVED).run(destination, seqs.at(-1)!);
      expired += seqs.length;
    }
    // At once again while there is a backlog to clear, else in a minute.
    this.#expireAtMs = expired > 0 ? nowMs : nowMs + 60_000;
  }

  *#destinations(): Generator<string> {
    const next = this.#database.prepare(NEXT_DESTINATION);
    const after = (last: string): string | null => (next.get(last) as { readonly destination: string | null }).destination;
    for (let found = after(""); found !== null; found = after(found)) yield found;
  }

  /** Oldest first. */
  #expiredOf(destination: string, beforeMs: number, most: number): readonly number[] {
    const { seq: taken } = this.#database.prepare(TAKEN).get(destination) as { readonly seq: number | null };
    const seqs: number[] = [];
    if (most <= 0) return seqs;
    for (const row of this.#database.prepare(OLDEST).iterate(destination, taken ?? Number.MAX_SAFE_INTEGER)) {
      if ((row["enqueuedAtMs"] as number) >= beforeMs || seqs.length === most) break;
      if (row["owed"] === 0) seqs.push(row["seq"] as number);
    }
    return seqs;
  }
}

// What the embedded broker's log need not keep any more. Past its time goes what no group owes an answer for; a group
// that has not been heard of for too long owes none, so that one that is gone for good does not fill the disk (REP-08).
import type { SqliteDatabase } from "../sqlite/database.ts";

export interface Keeping {
  readonly retentionMs: number;
  /** A group that was not heard of for this long keeps nothing past its time any more. */
  readonly forgetGroupsMs: number;
}

/** Takes sequences of one destination off what a group has still to settle, and says how many it had. */
export type SettleFor = (member: { readonly destination: string; readonly group: string }, seqs: readonly number[]) => number;

export const EXPIRY_TABLES = `
  CREATE TABLE IF NOT EXISTS sallyport_removed (destination TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sallyport_seen (
    destination TEXT NOT NULL, name TEXT NOT NULL, seenMs INTEGER NOT NULL, PRIMARY KEY (destination, name)
  ) WITHOUT ROWID`;
const SEEN = `INSERT INTO sallyport_seen (destination, name, seenMs) VALUES (?, ?, ?)
  ON CONFLICT (destination, name) DO UPDATE SET seenMs = max(seenMs, excluded.seenMs)`;
// Of a file from before this was written down: from now on.
const SEEN_AT_ALL = `INSERT INTO sallyport_seen (destination, name, seenMs) SELECT destination, name, ? FROM sallyport_groups WHERE true
  ON CONFLICT (destination, name) DO NOTHING`;
const NEXT_DESTINATION = "SELECT min(destination) AS destination FROM sallyport_log WHERE destination > ?";
const GROUPS = `SELECT g.id AS id, g.name AS name, g.position AS position, s.seenMs >= ?2 AS present FROM sallyport_groups g
  JOIN sallyport_seen s ON s.destination = g.destination AND s.name = g.name WHERE g.destination = ?1`;
const OLDEST = `SELECT seq, enqueuedAtMs, EXISTS (SELECT 1 FROM json_each(?2) g JOIN sallyport_pending p
    ON p.groupId = g.value AND p.seq = l.seq) AS owed
  FROM sallyport_log l WHERE destination = ?1 AND seq > ?3 AND seq <= ?4 ORDER BY seq`;
const REMOVE = "DELETE FROM sallyport_log WHERE seq IN (SELECT value FROM json_each(?))";
const REMOVED = `INSERT INTO sallyport_removed (destination, seq) VALUES (?, ?) ON CONFLICT (destination) DO UPDATE SET seq = max(seq, excluded.seq)`;
// Whoever sends waits for it: so much is done at once, and the rest with the next messages.
const MOST_REMOVED = 256;
const MOST_LOOKED_AT = 1024;
const PAUSE_MS = 60_000;

interface Group {
  readonly id: number;
  readonly name: string;
  readonly position: number;
  readonly present: 0 | 1;
}

export class SqliteExpiry {
  readonly #database: SqliteDatabase;
  readonly #keeping: Keeping;
  readonly #settle: SettleFor;
  #nextAtMs = 0;
  /** How far each destination was looked through, where there was more than could be looked at. */
  readonly #lookedAt = new Map<string, number>();
  readonly #said = new Set<string>();

  constructor(database: SqliteDatabase, keeping: Keeping, settle: SettleFor) {
    this.#database = database;
    this.#keeping = keeping;
    this.#settle = settle;
  }

  /** A group is there. For use inside a write, as the rest. */
  seen(destination: string, group: string, nowMs: number): void {
    this.#database.prepare(SEEN).run(destination, group, nowMs);
  }

  removed(destination: string): number {
    const row = this.#database.prepare("SELECT seq FROM sallyport_removed WHERE destination = ?").get(destination);
    return (row?.["seq"] as number | undefined) ?? 0;
  }

  run(nowMs: number): void {
    if (nowMs < this.#nextAtMs) return;
    this.#database.prepare(SEEN_AT_ALL).run(nowMs);
    let expired = 0;
    for (const destination of this.#destinations()) expired += this.#runFor(destination, nowMs, MOST_REMOVED - expired);
    // At once again while there is a backlog to clear or to look through.
    this.#nextAtMs = expired > 0 || this.#lookedAt.size > 0 ? nowMs : nowMs + PAUSE_MS;
  }

  *#destinations(): Generator<string> {
    const next = this.#database.prepare(NEXT_DESTINATION);
    const after = (last: string): string | null => (next.get(last) as { readonly destination: string | null }).destination;
    for (let found = after(""); found !== null; found = after(found)) yield found;
  }

  #runFor(destination: string, nowMs: number, most: number): number {
    if (most <= 0) return 0;
    const groups = this.#database.prepare(GROUPS).all(destination, nowMs - this.#keeping.forgetGroupsMs) as unknown as Group[];
    const seqs = this.#expired(destination, groups, nowMs - this.#keeping.retentionMs, most);
    const last = seqs.at(-1);
    if (last === undefined) return 0;
    for (const { name, position, present } of groups) if (present === 0) this.#forget(destination, name, position < last, seqs);
    this.#database.prepare(REMOVE).run(JSON.stringify(seqs));
    this.#database.prepare(REMOVED).run(destination, last);
    return seqs.length;
  }

  /** Oldest first: no further than there is something to remove, and on from where the last look ended. */
  #expired(destination: string, groups: readonly Group[], beforeMs: number, most: number): readonly number[] {
    const present = groups.filter((group) => group.present === 1);
    const taken = Math.min(Number.MAX_SAFE_INTEGER, ...present.map(({ position }) => position));
    const from = this.#lookedAt.get(destination) ?? 0;
    this.#lookedAt.delete(destination);
    const ids = JSON.stringify(present.map(({ id }) => id));
    const seqs: number[] = [];
    let looked = 0;
    for (const row of this.#database.prepare(OLDEST).iterate(destination, ids, from, taken)) {
      if ((row["enqueuedAtMs"] as number) >= beforeMs || seqs.length === most) break;
      if (row["owed"] === 0) seqs.push(row["seq"] as number);
      if (++looked < MOST_LOOKED_AT) continue;
      this.#lookedAt.set(destination, row["seq"] as number);
      break;
    }
    return seqs;
  }

  /** What it had not settled of these is gone, and what it had not read; its place in the log stays. */
  #forget(destination: string, group: string, unread: boolean, seqs: readonly number[]): void {
    const unsettled = this.#settle({ destination, group }, seqs) > 0;
    const key = JSON.stringify([destination, group]);
    if (!(unread || unsettled) || this.#said.has(key)) return;
    this.#said.add(key);
    const days = Math.round(this.#keeping.forgetGroupsMs / 86_400_000);
    process.emitWarning(
      `the consumer group ${JSON.stringify(group)} was not heard of for ${days} days: what it has not handled of "${destination}" is removed when it is past its time`,
      { type: "SallyportWarning" },
    );
  }
}

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

/** `queues`: a member has asked for order by key. From then on the group's pending messages have their keys with them. */
interface Group {
  readonly id: number;
  readonly position: number;
  readonly queues: 0 | 1;
}

interface Settled {
  readonly member: Member;
  readonly seq: number;
}

interface Postponed {
  readonly member: Member;
  readonly seqs: readonly number[];
  readonly delayMs: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, key TEXT, enqueuedAtMs INTEGER NOT NULL, bytes BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS sallyport_log_destination ON sallyport_log (destination, seq);
  CREATE TABLE IF NOT EXISTS sallyport_groups (
    id INTEGER PRIMARY KEY, destination TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, queues INTEGER NOT NULL,
    UNIQUE (destination, name)
  );
  CREATE TABLE IF NOT EXISTS sallyport_pending (
    groupId INTEGER NOT NULL, seq INTEGER NOT NULL, key TEXT, dueMs INTEGER NOT NULL, PRIMARY KEY (groupId, seq)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sallyport_pending_due ON sallyport_pending (groupId, dueMs, seq);
  CREATE INDEX IF NOT EXISTS sallyport_pending_key ON sallyport_pending (groupId, key, seq) WHERE key IS NOT NULL;
  ${EXPIRY_TABLES}`;
// With ordering by key only the first unsettled message of a key is ever due: the later ones wait at this time, beyond
// every clock, until it is settled. However many they are, nobody looks at them (PSN-09, PSN-01).
const BEHIND = Number.MAX_SAFE_INTEGER;
const APPEND = "INSERT INTO sallyport_log (destination, key, enqueuedAtMs, bytes) VALUES ";
const APPEND_ROW = "(?, ?, ?, ?)";
// A statement has its cost whatever it inserts; larger ones gain little more.
const APPEND_AT_ONCE = 16;
const JOIN = "INSERT INTO sallyport_groups (destination, name, position, queues) VALUES (?, ?, 0, 0) ON CONFLICT DO NOTHING";
const GROUP = "SELECT id, position, queues FROM sallyport_groups WHERE destination = ? AND name = ?";
const QUEUES = "UPDATE sallyport_groups SET queues = 1 WHERE id = ?";
const WITH_KEYS = `UPDATE sallyport_pending AS p SET key = (SELECT l.key FROM sallyport_log l WHERE l.seq = p.seq) WHERE groupId = ?`;
const ANY_NEW = "SELECT 1 FROM sallyport_log WHERE destination = ? AND seq > ? LIMIT 1";
const ANY_DUE = "SELECT 1 FROM sallyport_pending WHERE groupId = ? AND dueMs <= ? LIMIT 1";
// What was never delivered is due at 0; what was, at the time of its next delivery.
const WAITING = "SELECT count(*) AS n FROM (SELECT 1 FROM sallyport_pending WHERE groupId = ? AND dueMs = 0 LIMIT ?)";
const ADVANCE = "UPDATE sallyport_groups SET position = ? WHERE id = ?";
const READ = "SELECT seq, bytes, enqueuedAtMs FROM sallyport_log WHERE destination = ? AND seq > ? ORDER BY seq LIMIT ?";
const PEND_TAKEN = `INSERT INTO sallyport_pending (groupId, seq, key, dueMs)
  SELECT ?1, seq, NULL, ?5 FROM sallyport_log WHERE destination = ?2 AND seq > ?3 AND seq <= ?4 ORDER BY seq`;
const PEND = `INSERT INTO sallyport_pending (groupId, seq, key, dueMs)
  SELECT ?2, seq, key, iif(key IS NULL, 0, ?5) FROM sallyport_log WHERE destination = ?1 AND seq > ?3 ORDER BY seq LIMIT ?4`;
const LAST = "SELECT max(seq) AS seq FROM sallyport_pending WHERE groupId = ?";
const EARLIER = "SELECT 1 FROM sallyport_pending e WHERE e.groupId = p.groupId AND e.key = p.key AND e.seq < p.seq";
const RELEASE = `UPDATE sallyport_pending AS p SET dueMs = 0
  WHERE p.groupId = ? AND p.dueMs = ${BEHIND} AND p.seq > ? AND NOT EXISTS (${EARLIER})`;
const RELEASE_NEXT = `UPDATE sallyport_pending SET dueMs = 0 WHERE groupId = ?1 AND dueMs = ${BEHIND}
  AND seq = (SELECT min(seq) FROM sallyport_pending WHERE groupId = ?1 AND key = ?2)`;
// A group whose order is no longer what it was: members that come find it in theirs.
const RELEASE_ALL = `UPDATE sallyport_pending SET dueMs = 0 WHERE groupId = ? AND dueMs = ${BEHIND}`;
const QUEUE_UP = `UPDATE sallyport_pending AS p SET dueMs = ${BEHIND}
  WHERE p.groupId = ? AND p.dueMs = 0 AND p.key IS NOT NULL AND EXISTS (${EARLIER})`;
const TAKE = `SELECT p.seq AS seq, l.bytes AS bytes, l.enqueuedAtMs AS enqueuedAtMs FROM sallyport_pending p JOIN sallyport_log l ON l.seq = p.seq
  WHERE p.groupId = ?1 AND p.dueMs BETWEEN ?2 AND ?3`;
// Also where a member without order has read on for the group.
const FIRST_OF_KEY = ` AND (p.key IS NULL OR NOT EXISTS (${EARLIER}))`;
// Sequences are given as a JSON array: one statement for all that are asked for together.
const POSTPONE = `UPDATE sallyport_pending SET dueMs = ? WHERE groupId = ? AND seq IN (SELECT value FROM json_each(?))`;
const SETTLE = "DELETE FROM sallyport_pending WHERE groupId = ? AND seq IN (SELECT value FROM json_each(?))";
const SETTLE_KEYED = `${SETTLE} RETURNING key`;
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
  readonly #append: (messages: readonly OutgoingMessage[]) => Promise<void>;
  readonly #settleOne: (settled: Settled) => Promise<void>;
  readonly #postponeSome: (postponed: Postponed) => Promise<void>;
  /** How many retries may be delivered before what was never delivered. */
  #retries = 0;

  constructor(database: SqliteDatabase, options: Keeping & { readonly visibilityMs: number; readonly clock: Clock }) {
    this.#database = database;
    this.#expiry = new SqliteExpiry(database, options, (member, seqs) => this.#settle(this.#group(member), seqs));
    this.visibilityMs = options.visibilityMs;
    this.#clock = options.clock;
    this.#append = database.batched((sent) => this.#appendAll(sent));
    this.#settleOne = database.batched((settled) => this.#settleAll(settled));
    this.#postponeSome = database.batched((postponed) => this.#postponeAll(postponed));
    database.define(SCHEMA);
  }

  append(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#append(messages);
  }

  join({ destination, group, ordering }: ReceiveOptions): Promise<void> {
    return this.#database.write(() => {
      this.#database.prepare(JOIN).run(destination, group);
      this.#expiry.seen(destination, group, this.#clock.now());
      const { id, queues } = this.#group({ destination, group });
      if (ordering === "key" && queues === 0) {
        this.#database.prepare(QUEUES).run(id);
        this.#database.prepare(WITH_KEYS).run(id);
      }
      this.#database.prepare(ordering === "key" ? QUEUE_UP : RELEASE_ALL).run(id);
    });
  }

  /** Says that the group is there, so that it is not forgotten. */
  seen({ destination, group }: Member): Promise<void> {
    return this.#database.write(() => this.#expiry.seen(destination, group, this.#clock.now()));
  }

  /** `roomFor` is asked when it is this one's turn: what is settled meanwhile makes room. */
  async take(options: ReceiveOptions, roomFor: () => number): Promise<Taken> {
    // A look first: a write that finds nothing would cost the disk a flush on every poll.
    if (!this.#database.read(() => this.#mayHaveWork(options))) return { rows: [], more: false };
    return this.#database.write(() => {
      const most = roomFor();
      const group = this.#group(options);
      const unread = this.#readOn(options, group, most);
      const nowMs = this.#clock.now();
      const rows = this.#choose(options, group, most, nowMs);
      return { rows, more: unread || (most > 0 && rows.length === most) };
    });
  }

  settle(member: Member, seq: number): Promise<void> {
    return this.#settleOne({ member, seq });
  }

  async postpone(member: Member, seqs: readonly number[], delayMs: number): Promise<void> {
    if (seqs.length === 0) return;
    await this.#postponeSome({ member, seqs, delayMs });
  }

  /** Rows after a position, and the last row of the destination that is no longer kept. */
  browse(destination: string, after: number, most: number): { readonly rows: readonly Row[]; readonly removed: number } {
    return this.#database.read(() => {
      const rows = this.#database.prepare(READ).all(destination, after, most) as unknown as Row[];
      return { rows, removed: this.#expiry.removed(destination) };
    });
  }

  #group({ destination, group }: Member): Group {
    return this.#database.prepare(GROUP).get(destination, group) as unknown as Group;
  }

  #appendAll(sent: readonly (readonly OutgoingMessage[])[]): readonly undefined[] {
    const nowMs = this.#clock.now();
    const messages = sent.flat();
    for (let at = 0; at < messages.length;) {
      const rows = messages.length - at >= APPEND_AT_ONCE ? APPEND_AT_ONCE : 1;
      const values = messages.slice(at, at + rows).flatMap(({ destination, key, bytes }) => [destination, key ?? null, nowMs, bytes]);
      this.#database.prepare(APPEND + Array(rows).fill(APPEND_ROW).join(",")).run(...values);
      at += rows;
    }
    this.#expiry.run(nowMs);
    return sent.map(() => undefined);
  }

  /** Chooses what to deliver and sees to it that nobody else does. */
  #choose(options: ReceiveOptions, group: Group, most: number, nowMs: number): readonly Row[] {
    const due = (fromMs: number, toMs: number, room: number): readonly Row[] => {
      if (room === 0) return [];
      const sql = `${TAKE}${options.ordering === "key" ? FIRST_OF_KEY : ""} ORDER BY p.dueMs, p.seq LIMIT ?4`;
      return this.#database.prepare(sql).all(group.id, fromMs, toMs, room) as unknown as Row[];
    };
    const untilMs = nowMs + this.visibilityMs;
    this.#retries = Math.min(this.#retries + most / RETRY_SHARE, RETRY_SHARE);
    const again = due(1, nowMs, Math.min(most, Math.floor(this.#retries)));
    this.#retries -= again.length;
    const waiting = due(0, 0, most - again.length);
    const unread = this.#takeUnread(options.destination, group, most - again.length - waiting.length, untilMs);
    const room = most - again.length - waiting.length - unread.length;
    const retried = room > 0 ? due(1, nowMs, again.length + room) : again;
    this.#postpone(
      group,
      [...retried, ...waiting].map(({ seq }) => seq),
      untilMs,
    );
    return [...retried, ...waiting, ...unread];
  }

  /** Where nothing queues behind its key, what is new is taken straight from the log. */
  #takeUnread(destination: string, { id, position, queues }: Group, most: number, untilMs: number): readonly Row[] {
    if (queues === 1 || most === 0) return [];
    const rows = this.#database.prepare(READ).all(destination, position, most) as unknown as Row[];
    const last = rows.at(-1);
    if (last === undefined) return [];
    this.#database.prepare(PEND_TAKEN).run(id, destination, position, last.seq, untilMs);
    this.#database.prepare(ADVANCE).run(last.seq, id);
    return rows;
  }

  #postpone({ id }: Group, seqs: readonly number[], untilMs: number): void {
    if (seqs.length > 0) this.#database.prepare(POSTPONE).run(untilMs, id, JSON.stringify(seqs));
  }

  #mayHaveWork(member: Member): boolean {
    const { id, position } = this.#group(member);
    const due = this.#database.prepare(ANY_DUE).get(id, this.#clock.now());
    return due !== undefined || this.#database.prepare(ANY_NEW).get(member.destination, position) !== undefined;
  }

  #settleAll(settled: readonly Settled[]): readonly undefined[] {
    for (const [member, all] of Map.groupBy(settled, (one) => one.member)) {
      this.#settle(
        this.#group(member),
        all.map(({ seq }) => seq),
      );
    }
    return settled.map(() => undefined);
  }

  /** Of what is asked twice for one message, the last holds. */
  #postponeAll(postponed: readonly Postponed[]): readonly undefined[] {
    const nowMs = this.#clock.now();
    for (const [member, all] of Map.groupBy(postponed, (one) => one.member)) {
      const group = this.#group(member);
      const due = new Map(all.flatMap(({ seqs, delayMs }) => seqs.map((seq) => [seq, nowMs + delayMs] as const)));
      for (const [dueMs, some] of Map.groupBy(due, ([, atMs]) => atMs))
        this.#postpone(
          group,
          some.map(([seq]) => seq),
          dueMs,
        );
    }
    return postponed.map(() => undefined);
  }

  #settle({ id, queues }: Group, seqs: readonly number[]): number {
    const list = JSON.stringify(seqs);
    if (queues === 0) return Number(this.#database.prepare(SETTLE).run(id, list).changes);
    const settled = this.#database.prepare(SETTLE_KEYED).all(id, list) as { readonly key: string | null }[];
    const next = this.#database.prepare(RELEASE_NEXT);
    for (const key of new Set(settled.map((row) => row.key))) if (key !== null) next.run(id, key);
    return settled.length;
  }

  /** Reads the log until as many as are asked for are free to go; true when it stopped for having read enough at once. */
  #readOn(options: ReceiveOptions, group: Group, most: number): boolean {
    if (group.queues === 0) return false;
    let read = 0;
    for (;;) {
      const { n: waiting } = this.#database.prepare(WAITING).get(group.id, most) as { readonly n: number };
      if (waiting >= most) return false;
      if (read >= MOST_READ) return true;
      const more = this.#pend(options, Math.max(most - waiting, Math.min(read, MOST_READ)));
      if (more === 0) return false;
      read += more;
    }
  }

  #pend(options: ReceiveOptions, most: number): number {
    const { destination, ordering } = options;
    const { id, position } = this.#group(options);
    const due = ordering === "key" ? BEHIND : 0;
    const read = Number(this.#database.prepare(PEND).run(destination, id, position, most, due).changes);
    if (read === 0) return 0;
    if (ordering === "key") this.#database.prepare(RELEASE).run(id, position);
    const last = this.#database.prepare(LAST).get(id) as { readonly seq: number };
    this.#database.prepare(ADVANCE).run(last.seq, id);
    return read;
  }
}

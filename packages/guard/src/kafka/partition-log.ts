// What one member has read of one partition: what may go, what waits, what is out, and how far the group has come.
import type { KafkaRecordIn, TopicPartition } from "./link.ts";
import type { Open, Progress } from "./progress.ts";

export interface Entry {
  readonly offset: number;
  readonly record: KafkaRecordIn;
  /** No sooner than this. */
  dueMs: number | undefined;
  /** The due time is not in the record, but only in what the group commits. */
  isPostponed: boolean;
  state: "behind" | "ready" | "waiting" | "out" | "settled";
  /** It is in the retry topic already, and not settled here yet. */
  isRetried: boolean;
  isOut: boolean;
  /** It has not been out, or what became of it is recorded. */
  isReleased: boolean;
}

interface Limits {
  /** Read and not settled. */
  readonly open: number;
  readonly openBytes: number;
}

/** Read ahead of what may go, so that fetching is not waited for. */
const READY = { entries: 500, bytes: 4 * 1024 * 1024 };
/** In an ordered group what is behind a key stays here; in a retry topic, what is not due. */
const LIMITS = {
  source: { open: 20_000, openBytes: 32 * 1024 * 1024 },
  retry: { open: 1000, openBytes: 8 * 1024 * 1024 },
} as const;

export interface LogOptions {
  readonly partition: TopicPartition;
  readonly isRetry: boolean;
  readonly ordering: "none" | "key";
  readonly progress: Progress;
  /** When a record may go, where the record itself says so. */
  readonly dueOf: (record: KafkaRecordIn) => number | undefined;
}

export class PartitionLog {
  readonly partition: TopicPartition;
  readonly isRetry: boolean;
  /** Where reading goes on. */
  position: number;
  /** So much waits that no more of it could be recorded: only what was begun goes on. */
  isCrowded = false;
  /** Delivered, and nothing heard of it yet. */
  out = 0;
  readonly #options: LogOptions;
  readonly #limits: Limits;
  readonly #open = new Map<number, Entry>();
  readonly #ready = new Set<Entry>();
  /** By due time. */
  readonly #waiting: Entry[] = [];
  readonly #behind = new Map<string, Entry[]>();
  readonly #postponed = new Set<number>();
  /** Committed as open, and from `#aheadAt` on not read here yet. */
  readonly #ahead: readonly Open[];
  #aheadAt = 0;
  #settledUntil: number;
  #bytes = 0;
  #readyBytes = 0;

  constructor(options: LogOptions) {
    this.#options = options;
    this.partition = options.partition;
    this.isRetry = options.isRetry;
    this.#limits = options.isRetry ? LIMITS.retry : LIMITS.source;
    this.position = options.progress.offset;
    this.#ahead = options.progress.open;
    this.#settledUntil = options.progress.until;
  }

  get wants(): boolean {
    return (
      !this.isCrowded &&
      this.#ready.size < READY.entries &&
      this.#readyBytes < READY.bytes &&
      this.#open.size < this.#limits.open &&
      this.#bytes < this.#limits.openBytes
    );
  }

  get hasReady(): boolean {
    return this.#nextReady() !== undefined;
  }

  get nextDueMs(): number | undefined {
    return this.#waiting[0]?.dueMs;
  }

  read(records: readonly KafkaRecordIn[], next: number): void {
    for (const record of records) if (record.offset >= this.position) this.#readOne(record);
    this.position = Math.max(this.position, next);
    // What is committed as open and was not among them is not kept any more.
    this.#openAt(this.position - 1);
  }

  /** The oldest that may go, apart from what has waited until it was due. */
  takeReady(): Entry | undefined {
    const entry = this.#nextReady();
    if (entry === undefined) return undefined;
    this.#ready.delete(entry);
    this.#readyBytes -= sizeOf(entry);
    return this.#give(entry);
  }

  takeDue(nowMs: number): Entry | undefined {
    const entry = this.#waiting[0];
    if (entry === undefined || (entry.dueMs ?? 0) > nowMs) return undefined;
    this.#waiting.shift();
    return this.#give(entry);
  }

  /** Recorded with the next commit, and released then. */
  settle(entry: Entry): void {
    if (!this.#open.delete(entry.offset)) return;
    entry.state = "settled";
    this.#postponed.delete(entry.offset);
    this.#bytes -= sizeOf(entry);
    this.#settledUntil = Math.max(this.#settledUntil, entry.offset + 1);
  }

  /** The due time is recorded with the next commit, and it is released then. */
  postpone(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    entry.isPostponed = true;
    this.#postponed.add(entry.offset);
  }

  /** What became of it is recorded. */
  release(entry: Entry): void {
    entry.isReleased = true;
    if (entry.state === "settled") this.#followBehind(entry);
    else this.#wait(entry);
  }

  progress(): Progress {
    const open: Open[] = [];
    const until = [...this.#postponed].reduce((most, offset) => Math.max(most, offset + 1), this.#settledUntil);
    let lowest: number | undefined;
    for (const { offset, dueMs, isPostponed } of this.#open.values()) {
      lowest ??= offset;
      if (offset >= until) break;
      open.push({ offset, dueMs: isPostponed ? dueMs : undefined });
    }
    const ahead = this.#ahead.slice(this.#aheadAt);
    open.push(...ahead);
    lowest ??= ahead[0]?.offset ?? Math.max(this.position, this.#settledUntil);
    return { offset: lowest, until: Math.max(until, lowest), open };
  }

  #readOne(record: KafkaRecordIn): void {
    const { offset } = record;
    this.position = offset + 1;
    const known = this.#openAt(offset);
    // Settled by whoever had the partition before.
    if (known === undefined && offset < this.#options.progress.until) return;
    const dueMs = known?.dueMs ?? this.#options.dueOf(record);
    const entry: Entry = {
      offset,
      record,
      dueMs,
      isPostponed: known?.dueMs !== undefined,
      state: "behind",
      isRetried: false,
      isOut: false,
      isReleased: true,
    };
    this.#open.set(offset, entry);
    if (entry.isPostponed) this.#postponed.add(offset);
    this.#bytes += sizeOf(entry);
    if (this.#isFirstOfKey(entry)) this.#wait(entry);
  }

  /** What was committed of an offset, which is read now or never. */
  #openAt(offset: number): Open | undefined {
    while ((this.#ahead[this.#aheadAt]?.offset ?? Infinity) < offset) this.#aheadAt++;
    return this.#ahead[this.#aheadAt]?.offset === offset ? this.#ahead[this.#aheadAt++] : undefined;
  }

  #isFirstOfKey(entry: Entry): boolean {
    const key = this.#keyOf(entry);
    if (key === undefined) return true;
    const behind = this.#behind.get(key);
    if (behind === undefined) this.#behind.set(key, []);
    else behind.push(entry);
    return behind === undefined;
  }

  #followBehind(entry: Entry): void {
    const key = this.#keyOf(entry);
    if (key === undefined) return;
    const next = this.#behind.get(key)?.shift();
    if (next === undefined) this.#behind.delete(key);
    else this.#wait(next);
  }

  #keyOf({ record }: Entry): string | undefined {
    if (this.#options.ordering === "none" || record.key === null) return undefined;
    return Buffer.from(record.key.buffer, record.key.byteOffset, record.key.byteLength).toString("latin1");
  }

  #wait(entry: Entry): void {
    if (entry.dueMs === undefined) {
      entry.state = "ready";
      this.#ready.add(entry);
      this.#readyBytes += sizeOf(entry);
      return;
    }
    entry.state = "waiting";
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#waiting[middle]?.dueMs ?? 0) <= entry.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, entry);
  }

  #nextReady(): Entry | undefined {
    if (!this.isCrowded) return this.#ready.values().next().value;
    for (const entry of this.#ready) if (entry.offset < this.#settledUntil) return entry;
    return undefined;
  }

  #give(entry: Entry): Entry {
    entry.state = "out";
    entry.isReleased = false;
    entry.isOut = true;
    this.out++;
    return entry;
  }
}

const sizeOf = ({ record }: Entry): number => (record.value?.length ?? 0) + (record.key?.length ?? 0) + 100;

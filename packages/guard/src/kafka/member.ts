// One member of a group on a topic and its retry topics: what is out, what may go next, and what becomes of it elsewhere.
import type { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Delivery, ReceiveOptions, Subscription } from "../ports/transport.ts";
import { Committer } from "./committer.ts";
import { answered, transportError } from "./failure.ts";
import type { KafkaLink, KafkaRecordIn, MemberEvents, Membership, TopicPartition } from "./link.ts";
import type { KafkaNames } from "./names.ts";
import { type Entry, PartitionLog } from "./partition-log.ts";
import { decodeProgress } from "./progress.ts";
import { dueOf, enqueuedAtOf, originOf } from "./retry-record.ts";

export interface MemberParts {
  readonly link: KafkaLink;
  readonly names: KafkaNames;
  readonly clock: Clock;
  readonly answerWithinMs: number;
  readonly vouchesEnqueueTime: boolean;
  /** Resolves when the retry topic has it. */
  readonly retry: (entry: Entry, origin: string, delayMs: number, enqueuedAtMs: number | undefined) => Promise<void>;
  readonly onLost: (partition: TopicPartition) => void;
  readonly onClose: (member: KafkaMember) => void;
}

const AGAIN_MS = { first: 100, most: 5000 };
const RETRY_SHARE = 16;
const FLUSH_MS = 5000;
const RECORDED_AT_ONCE = 4;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

export class KafkaMember implements Subscription, MemberEvents {
  readonly #parts: MemberParts;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #committer: Committer;
  readonly #membership = Promise.withResolvers<Membership>();
  readonly #logs = new Map<string, PartitionLog>();
  #assigned: ReadonlySet<string> = new Set();
  /** Of what is assigned: counts up, so that what was asked for an earlier one is not taken for this. */
  #assignment = 0;
  #loaded: Promise<void> = Promise.resolve();
  #state: "open" | "paused" | "closed" = "open";
  #closing: Promise<void> | undefined;
  #out = 0;
  #settling = 0;
  #retries = RETRY_SHARE;
  #turn = 0;
  #scheduled = false;
  #cancelDue: () => void = () => undefined;

  constructor(parts: MemberParts, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void) {
    this.#parts = parts;
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#committer = new Committer(this.#membership.promise, parts);
  }

  /** Resolves when it has been given its partitions and knows how far the group has come in them. */
  async start(): Promise<void> {
    const { link, names } = this.#parts;
    const topics = [names.topic, ...names.retries.map(({ topic }) => topic)];
    // What is committed is asked through it; nobody hears of a join that failed but who called this.
    this.#membership.promise.catch(() => undefined);
    try {
      this.#membership.resolve(await link.join({ group: names.group, topics }, this));
    } catch (error) {
      this.#state = "closed";
      this.#membership.reject(error);
      throw error;
    }
    await this.#loaded;
  }

  pause(): void {
    if (this.#state === "open") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    this.#wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  assigned(partitions: readonly TopicPartition[], kept: boolean): void {
    const assignment = ++this.#assignment;
    this.#assigned = new Set(partitions.map(keyOf));
    for (const [key, log] of this.#logs) if (!kept || !this.#assigned.has(key)) this.#drop(key, log);
    const added = partitions.filter((partition) => !this.#logs.has(keyOf(partition)));
    this.#loaded = this.#load(added, assignment);
    // It tries again until it succeeds, or another assignment takes its place.
    void this.#loaded;
  }

  wanted(partition: TopicPartition): number | undefined {
    const log = this.#logs.get(keyOf(partition));
    return log?.wants === true && this.#closing === undefined ? log.position : undefined;
  }

  read(from: TopicPartition, asked: number, records: readonly KafkaRecordIn[], next: number): void {
    const log = this.#logs.get(keyOf(from));
    // What was on its way when the group's progress was asked for anew would skip what is between (PSN-12).
    if (log === undefined || this.#closing !== undefined || asked > log.position) return;
    log.read(records, next);
    this.#wake();
  }

  lost(partition: TopicPartition, from: number): void {
    const log = this.#logs.get(keyOf(partition));
    if (log === undefined) return;
    this.#parts.onLost(partition);
    // What has been read is here still, whatever became of the rest.
    if (from >= log.position) return log.read([], from);
    this.#drop(keyOf(partition), log);
    this.#begin([partition], [{ ...partition, offset: from, metadata: "" }]);
  }

  fetching(failure: SallyportError | undefined): void {
    if (this.#closing === undefined) this.#options.onFetch?.(failure?.code, failure);
  }

  async #load(added: readonly TopicPartition[], assignment: number): Promise<void> {
    for (let waitMs = AGAIN_MS.first; added.length > 0; waitMs = Math.min(waitMs * 2, AGAIN_MS.most)) {
      try {
        const membership = await this.#membership.promise;
        const committed = await membership.committed(added);
        if (this.#assignment === assignment && this.#closing === undefined) this.#begin(added, committed);
        return;
      } catch (error) {
        if (this.#assignment !== assignment || this.#state === "closed") return;
        this.fetching(transportError(error));
        await new Promise<void>((resolve) => void this.#parts.clock.after(waitMs, resolve));
      }
    }
  }

  #begin(added: readonly TopicPartition[], committed: Awaited<ReturnType<Membership["committed"]>>): void {
    const [{ names, clock }, { ordering }] = [this.#parts, this.#options];
    for (const partition of added) {
      const isRetry = partition.topic !== names.topic;
      const { offset = 0, metadata = "" } = committed.find((one) => keyOf(one) === keyOf(partition)) ?? {};
      const progress = decodeProgress(offset, metadata, clock.now());
      const due = (record: KafkaRecordIn) => (isRetry ? dueOf(record, clock.now()) : undefined);
      this.#logs.set(keyOf(partition), new PartitionLog({ partition, isRetry, ordering, progress, dueOf: due }));
    }
    this.#wakeMembership();
  }

  #drop(key: string, log: PartitionLog): void {
    this.#logs.delete(key);
    this.#out -= log.out;
    log.out = 0;
    this.#committer.drop(log);
    this.#wake();
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliverWhatMay();
    });
  }

  #wakeMembership(): void {
    void this.#membership.promise.then(
      (membership) => membership.wake(),
      () => undefined,
    );
  }

  #deliverWhatMay(): void {
    this.#cancelDue();
    if (this.#state !== "open") return;
    const deliveries: Delivery[] = [];
    const nowMs = this.#parts.clock.now();
    while (this.#hasRoom) {
      const taken = this.#next(nowMs);
      if (taken === undefined) break;
      this.#out++;
      deliveries.push(this.#deliver(...taken));
    }
    if (deliveries.length > 0) this.#onDeliveries(deliveries);
    if (this.#hasRoom) this.#waitForDue(nowMs);
    this.#wakeMembership();
  }

  /** While there is more to do than can be done, one in sixteen was there before (PSN-01). */
  #next(nowMs: number): readonly [PartitionLog, Entry] | undefined {
    const logs = [...this.#logs.values()];
    const inTurn = logs.map((_, index) => logs[(index + this.#turn) % logs.length] as PartitionLog);
    this.#turn = logs.length === 0 ? 0 : (this.#turn + 1) % logs.length;
    const fresh = inTurn.find((log) => log.hasReady);
    if (fresh === undefined || this.#retries >= 1) {
      for (const log of inTurn) {
        const entry = log.takeDue(nowMs);
        if (entry === undefined) continue;
        this.#retries = Math.max(0, this.#retries - 1);
        return [log, entry];
      }
    }
    const entry = fresh?.takeReady();
    if (fresh === undefined || entry === undefined) return undefined;
    this.#retries = Math.min(RETRY_SHARE, this.#retries + 1 / RETRY_SHARE);
    return [fresh, entry];
  }

  #waitForDue(nowMs: number): void {
    const due = [...this.#logs.values()].reduce((least, log) => Math.min(least, log.nextDueMs ?? Infinity), Infinity);
    if (due !== Infinity) this.#cancelDue = this.#parts.clock.after(Math.max(0, due - nowMs), () => this.#wake());
  }

  #deliver(log: PartitionLog, entry: Entry): Delivery {
    const { record } = entry;
    const origin = (log.isRetry ? originOf(record) : undefined) ?? `${keyOf(log.partition)}/${entry.offset}`;
    const enqueuedAtMs = this.#enqueuedAt(log, record);
    return {
      // Copied out of what was fetched with it, which a message would else keep, and carry to a thread.
      bytes: new Uint8Array(record.value ?? []),
      destination: this.#options.destination,
      ...(enqueuedAtMs !== undefined && { enqueuedAtMs }),
      brokerId: origin,
      ack: () => this.#settle(log, entry, () => log.settle(entry)),
      retryAfter: (delayMs) =>
        this.#options.ordering === "key"
          ? this.#settle(log, entry, () => log.postpone(entry, this.#parts.clock.now() + delayMs))
          : this.#retry(log, entry, origin, delayMs, enqueuedAtMs),
    };
  }

  #enqueuedAt(log: PartitionLog, record: KafkaRecordIn): number | undefined {
    if (!this.#parts.vouchesEnqueueTime) return undefined;
    const atMs = log.isRetry ? enqueuedAtOf(record) : record.appendedAtMs;
    // A time to come is no time at which anything was taken.
    return atMs !== undefined && atMs <= this.#parts.clock.now() ? atMs : undefined;
  }

  /** The retry is confirmed before the source moves: what is in between comes twice, and is not lost. */
  async #retry(log: PartitionLog, entry: Entry, origin: string, delayMs: number, enqueuedAtMs: number | undefined): Promise<void> {
    if (!this.#has(log)) return;
    if (!entry.isRetried) await this.#parts.retry(entry, origin, delayMs, enqueuedAtMs);
    entry.isRetried = true;
    await this.#settle(log, entry, () => log.settle(entry));
  }

  async #settle(log: PartitionLog, entry: Entry, change: () => void): Promise<void> {
    // Of a partition that is another's now nothing is settled here: it comes again there.
    if (!this.#has(log) || entry.isReleased) return;
    change();
    this.#makeRoom(log, entry);
    this.#settling++;
    try {
      await this.#committer.commit(log, entry.offset);
    } finally {
      this.#settling--;
      this.#wake();
    }
    if (this.#has(log) && !entry.isReleased) log.release(entry);
  }

  /** The next may go while what became of this one is being recorded. */
  #makeRoom(log: PartitionLog, entry: Entry): void {
    if (!entry.isOut) return;
    entry.isOut = false;
    log.out--;
    this.#out--;
    this.#wake();
  }

  /** A commit takes as long for one as for all; beyond some being recorded it is for Kafka to answer. */
  get #hasRoom(): boolean {
    return this.#out < this.#options.prefetch && this.#settling < RECORDED_AT_ONCE * this.#options.prefetch;
  }

  #has(log: PartitionLog): boolean {
    return this.#logs.get(keyOf(log.partition)) === log;
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#cancelDue();
    // What was settled is committed if Kafka answers; if it does not, it comes again.
    await this.#unlessLate(this.#committer.idle(), FLUSH_MS);
    for (const [key, log] of this.#logs) this.#drop(key, log);
    this.#parts.onClose(this);
    // If it does not, it gives up on this member by itself.
    const left = this.#membership.promise.then((membership) => membership.close());
    await this.#unlessLate(left, this.#parts.answerWithinMs);
  }

  async #unlessLate(work: Promise<void>, ms: number): Promise<void> {
    await answered(work, this.#parts.clock, ms).catch(() => undefined);
  }
}

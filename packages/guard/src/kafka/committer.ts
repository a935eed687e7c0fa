// Commits what a member has settled: one commit at a time, with all that came meanwhile in the next.
import type { Clock } from "../ports/clock.ts";
import { answered, isFenced, isRebalancing, isTooMuchMetadata, transportError } from "./failure.ts";
import type { Membership } from "./link.ts";
import type { PartitionLog } from "./partition-log.ts";
import { encodeProgress, MOST_METADATA } from "./progress.ts";

interface Waiter {
  readonly offset: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const AGAIN_MS = 250;
const MOST_REFUSED = 40;
/** A metadata that is this full takes no more of what was not begun. */
const CROWDED = 0.75;

export class Committer {
  readonly #membership: Promise<Membership>;
  readonly #clock: Clock;
  readonly #waiters = new Map<PartitionLog, Waiter[]>();
  readonly #dirty = new Set<PartitionLog>();
  readonly #answerWithinMs: number;
  #most = MOST_METADATA;
  /** How often in turn, because the group is being put together anew. */
  #refused = 0;
  #running: Promise<void> | undefined;

  constructor(membership: Promise<Membership>, options: { readonly clock: Clock; readonly answerWithinMs: number }) {
    this.#membership = membership;
    this.#clock = options.clock;
    this.#answerWithinMs = options.answerWithinMs;
  }

  /** Resolves when what became of the offset is committed, or is another's to say. */
  commit(log: PartitionLog, offset: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiters = this.#waiters.get(log) ?? [];
    waiters.push({ offset, resolve, reject });
    this.#waiters.set(log, waiters);
    this.#dirty.add(log);
    this.#running ??= Promise.resolve().then(() => this.#run());
    return promise;
  }

  /** The partition is another's. What is still committed of it is refused by Kafka. */
  drop(log: PartitionLog): void {
    this.#dirty.delete(log);
    for (const { resolve } of this.#waiters.get(log) ?? []) resolve();
    this.#waiters.delete(log);
  }

  /** Resolves when nothing is being committed. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const membership = await this.#membership;
    while (this.#dirty.size > 0) {
      const logs = [...this.#dirty];
      this.#dirty.clear();
      const said = logs.map((log) => this.#positionOf(log));
      try {
        await answered(membership.commit(said.map(({ position }) => position)), this.#clock, this.#answerWithinMs);
        this.#refused = 0;
      } catch (error) {
        await this.#failed(logs, error);
        continue;
      }
      for (const { log, until } of said) this.#settle(log, until);
    }
    this.#running = undefined;
  }

  #positionOf(log: PartitionLog) {
    const progress = log.progress();
    const { metadata, until } = encodeProgress(progress, this.#most, this.#clock.now());
    log.isCrowded = metadata.length > this.#most * CROWDED || (progress.open.length > 0 && until < progress.until);
    return { log, until, position: { ...log.partition, offset: progress.offset, metadata } };
  }

  #settle(log: PartitionLog, until: number): void {
    const waiters = this.#waiters.get(log);
    if (waiters === undefined) return;
    const left = waiters.filter(({ offset }) => offset >= until);
    if (left.length > 0) this.#waiters.set(log, left);
    else this.#waiters.delete(log);
    for (const { offset, resolve } of waiters) if (offset < until) resolve();
  }

  async #failed(logs: readonly PartitionLog[], error: unknown): Promise<void> {
    if (isTooMuchMetadata(error) && this.#most > 64) this.#most = Math.floor(this.#most / 2);
    // When the group is together again, either the partition is still ours, or it has been dropped here too.
    else if ((isRebalancing(error) || isFenced(error)) && this.#refused++ < MOST_REFUSED)
      await new Promise<void>((resolve) => void this.#clock.after(AGAIN_MS, resolve));
    else {
      for (const log of logs) {
        const waiters = this.#waiters.get(log) ?? [];
        this.#waiters.delete(log);
        for (const { reject } of waiters) reject(transportError(error));
      }
      return;
    }
    for (const log of logs) if (this.#waiters.has(log)) this.#dirty.add(log);
  }
}

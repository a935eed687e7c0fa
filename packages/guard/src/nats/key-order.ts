// What one member of a group has taken and not settled: what may go, what is out, what is delayed, and what waits for an
// earlier message of its key (PSN-09).
import type { Taken } from "./delivery.ts";

interface Entry {
  readonly seq: number;
  readonly key: string | undefined;
  /** Absent while it is delayed: it comes again. */
  taken: Taken | undefined;
  state: "ready" | "behind" | "out" | "delayed";
}

export class KeyOrder {
  readonly #byKey: boolean;
  readonly #entries = new Map<number, Entry>();
  /** Unsettled ones of each key, by sequence. */
  readonly #keys = new Map<string, Entry[]>();
  readonly #ready: Entry[] = [];
  #bytes = 0;
  #readyCount = 0;

  constructor(byKey: boolean) {
    this.#byKey = byKey;
  }

  /** All that is unsettled here. */
  get size(): number {
    return this.#entries.size;
  }

  get readyCount(): number {
    return this.#readyCount;
  }

  /** Of what is kept here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Taken, for the first time or again. What is out stays so, and is settled as what came last. */
  add(taken: Taken): void {
    const known = this.#entries.get(taken.seq);
    if (known === undefined) return this.#insert({ seq: taken.seq, key: taken.key, taken, state: "behind" });
    this.#replace(known, taken);
    if (known.state !== "delayed") return;
    known.state = "behind";
    this.#release(known);
  }

  /** Delayed by somebody before. */
  addDelayed(seq: number, key: string | undefined): void {
    if (!this.#entries.has(seq)) this.#insert({ seq, key, taken: undefined, state: "delayed" });
  }

  /** Out since before. */
  addOut(taken: Taken): void {
    this.#insert({ seq: taken.seq, key: taken.key, taken, state: "out" });
  }

  isDelayed(seq: number): boolean {
    return this.#entries.get(seq)?.state === "delayed";
  }

  /** The next that may go, which then is out. */
  next(): Taken | undefined {
    for (let entry = this.#ready.shift(); entry !== undefined; entry = this.#ready.shift()) {
      // Somebody may have come before it meanwhile.
      if (entry.state !== "ready") continue;
      entry.state = "out";
      this.#readyCount--;
      return entry.taken;
    }
    return undefined;
  }

  settle(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry === undefined) return;
    this.#entries.delete(seq);
    if (entry.state === "ready") this.#readyCount--;
    entry.state = "out";
    this.#replace(entry, undefined);
    const queue = this.#queueOf(entry);
    if (queue === undefined) return;
    queue.splice(queue.indexOf(entry), 1);
    if (queue.length === 0) this.#keys.delete(entry.key!);
    else this.#release(queue[0]!);
  }

  postpone(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry === undefined) return;
    this.#replace(entry, undefined);
    entry.state = "delayed";
  }

  clear(): void {
    this.#entries.clear();
    this.#keys.clear();
    this.#ready.length = 0;
    this.#bytes = 0;
    this.#readyCount = 0;
  }

  /** What is not delayed: to be heard of, or to be given back. */
  *present(): Iterable<Taken> {
    for (const { taken } of this.#entries.values()) if (taken !== undefined) yield taken;
  }

  /** Some of what is delayed, the longest known first. */
  delayed(most: number): readonly { readonly seq: number; readonly key: string | undefined }[] {
    return [...this.#entries.values()].filter(({ state }) => state === "delayed").slice(0, most);
  }

  #insert(entry: Entry): void {
    this.#entries.set(entry.seq, entry);
    this.#bytes += entry.taken?.bytes.length ?? 0;
    if (this.#byKey && entry.key !== undefined) {
      const queue = this.#keys.get(entry.key) ?? [];
      this.#keys.set(entry.key, queue);
      const place = queue.findLastIndex(({ seq }) => seq < entry.seq) + 1;
      queue.splice(place, 0, entry);
      if (place === 0 && queue[1]?.state === "ready") {
        queue[1].state = "behind";
        this.#readyCount--;
      }
    }
    this.#release(entry);
  }

  #release(entry: Entry): void {
    const queue = this.#queueOf(entry);
    if (entry.state !== "behind" || (queue !== undefined && queue[0] !== entry)) return;
    entry.state = "ready";
    this.#readyCount++;
    this.#ready.push(entry);
  }

  #replace(entry: Entry, taken: Taken | undefined): void {
    this.#bytes += (taken?.bytes.length ?? 0) - (entry.taken?.bytes.length ?? 0);
    entry.taken = taken;
  }

  #queueOf({ key }: Entry): Entry[] | undefined {
    return this.#byKey && key !== undefined ? this.#keys.get(key) : undefined;
  }
}

// What a group of the broker in memory has still to settle: what may go now, what waits for its time, and what waits
// for an earlier message of its key (PSN-09). However much waits, taking looks only at what is taken.
import type { OutgoingMessage } from "../ports/transport.ts";

export interface Stored {
  readonly message: OutgoingMessage;
  readonly enqueuedAtMs: number;
  readonly seq: number;
}

export interface Pending {
  readonly stored: Stored;
  state: "ready" | "out" | "delayed" | "behind";
  dueMs: number;
  /** The unsettled ones of its key next to it. */
  earlier: Pending | undefined;
  later: Pending | undefined;
}

const COMPACT_AT = 64;

export class MemoryGroup<Member> {
  readonly members = new Set<Member>();
  #ordered = false;
  /** In the order in which they became ready, from `#from` on, so that retries and what was never tried share. */
  #ready: Pending[] = [];
  #from = 0;
  /** Soonest first. */
  readonly #delayed: Pending[] = [];
  readonly #lastOfKey = new Map<string, Pending>();

  /** Whether from now on one at a time of each key. */
  order(byKey: boolean): void {
    if (this.#ordered === byKey) return;
    this.#ordered = byKey;
    const waiting = byKey ? this.#ready.splice(this.#from) : this.#behind();
    for (const pending of waiting) this.#release(pending);
  }

  add(stored: Stored): void {
    const { key } = stored.message;
    const earlier = key === undefined ? undefined : this.#lastOfKey.get(key);
    const pending: Pending = { stored, state: "behind", dueMs: 0, earlier, later: undefined };
    if (earlier !== undefined) earlier.later = pending;
    if (key !== undefined) this.#lastOfKey.set(key, pending);
    this.#release(pending);
  }

  take(most: number, nowMs: number): readonly Pending[] {
    const due = this.#delayed.findIndex(({ dueMs }) => dueMs > nowMs);
    for (const pending of this.#delayed.splice(0, due < 0 ? this.#delayed.length : due)) this.#release(pending);
    const taken = this.#ready.slice(this.#from, this.#from + Math.max(most, 0));
    for (const pending of taken) pending.state = "out";
    this.#from += taken.length;
    if (this.#from > COMPACT_AT && this.#from * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#from);
      this.#from = 0;
    }
    return taken;
  }

  /** When the next one comes out of its delay. */
  nextDueMs(): number | undefined {
    return this.#delayed[0]?.dueMs;
  }

  settle(pending: Pending): void {
    const { earlier, later, stored } = pending;
    const { key } = stored.message;
    if (earlier !== undefined) earlier.later = later;
    if (later !== undefined) later.earlier = earlier;
    else if (key !== undefined && earlier !== undefined) this.#lastOfKey.set(key, earlier);
    else if (key !== undefined) this.#lastOfKey.delete(key);
    if (later?.state === "behind") this.#release(later);
  }

  giveBack(pending: Pending, dueMs: number): void {
    pending.state = "delayed";
    pending.dueMs = dueMs;
    let [low, high] = [0, this.#delayed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#delayed[middle]!.dueMs <= dueMs) low = middle + 1;
      else high = middle;
    }
    this.#delayed.splice(low, 0, pending);
  }

  #behind(): readonly Pending[] {
    const found: Pending[] = [];
    for (const last of this.#lastOfKey.values()) {
      for (let at: Pending | undefined = last; at !== undefined; at = at.earlier) if (at.state === "behind") found.push(at);
    }
    return found.sort((one, other) => one.stored.seq - other.stored.seq);
  }

  #release(pending: Pending): void {
    pending.state = this.#ordered && pending.earlier !== undefined ? "behind" : "ready";
    if (pending.state === "ready") this.#ready.push(pending);
  }
}

// A settlement with everything around it recorded: what was stored, said and asked, in which order.
import type { Examined } from "../../src/consume/examine.ts";
import { Hold } from "../../src/consume/hold.ts";
import { Settlement, type SettlementParts, type Work } from "../../src/consume/settlement.ts";
import type { ChangeOutcome } from "../../src/ports/claim-store.ts";
import type { DeadLetter } from "../../src/ports/dead-letters.ts";
import type { Observer } from "../../src/ports/observer.ts";
import type { TrailEntry } from "../../src/ports/trail.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { CountingClock, deliveryOf, policyOf, RecordedClaims, sealed, START_MS } from "./parts.ts";

export const policy = policyOf({ maxFailures: 3, retryMs: 1000, maxRetryMs: 3000, leaseMs: 30_000 });
export const bytes = sealed();
export const event = { id: "e1", type: "note.created", source: "notes", generation: 2 };
export const examined = { event, claimKey: "k" } as Examined;

export class Bench {
  readonly clock = new CountingClock(START_MS);
  readonly stop = new AbortController();
  readonly log: string[] = [];
  readonly entries: TrailEntry[] = [];
  readonly decided: unknown[][] = [];
  readonly claims = new RecordedClaims(this.log);
  readonly deadLetters = new MemoryDeadLetters();
  readonly parts: SettlementParts;
  readonly settlement: Settlement;

  constructor(listens?: Observer) {
    const { clock, stop, log, entries, decided, claims, deadLetters } = this;
    const put = deadLetters.put.bind(deadLetters);
    deadLetters.put = (letters) => (log.push("letter"), put(letters));
    const observer = listens ?? {
      at: (point: string, eventId: string | undefined) => void log.push(`${point} ${eventId}`),
      decided: (...decision: unknown[]) => void decided.push(decision),
    };
    const trail = { append: async (more: readonly TrailEntry[]) => void (log.push("trail"), entries.push(...more)) };
    const hold = new Hold({ policy, clock, observer, stop: stop.signal });
    this.parts = { group: "workers", types: new Set([event.type]), claims, deadLetters, trail, observer, clock, policy, hold };
    this.settlement = new Settlement(this.parts);
  }

  work(change: Partial<Work> = {}): Work {
    return { delivery: deliveryOf(bytes, this.log), examined, key: "k", token: "t", attempt: 2, failures: 1, ...change };
  }

  letters(): Promise<readonly DeadLetter[]> {
    return this.deadLetters.list({}, { limit: 10 });
  }

  /** What the claim store says to every change from now on. */
  answer(outcome: ChangeOutcome): void {
    this.claims.answer = () => Promise.resolve(outcome);
  }
}

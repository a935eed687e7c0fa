// How far a program has been followed, against how far it may be; and who was cut short by that.
import type { Entry } from "./events.ts";
import { type Budget, budgetOf, type Limits } from "./limits.ts";
import type { Now } from "./now.ts";

export class Meter {
  steps = 0;
  readonly cut = new Set<Entry>();
  readonly #limits: Limits;
  readonly #most: number;
  readonly #hosts = new Set<Entry>();

  constructor(limits: Limits, lines: number) {
    this.#limits = limits;
    this.#most = Math.max(limits.leastSteps, limits.stepsOfALine * lines);
  }

  /** Somebody was let in by it: then it matters who else is, and it is followed further. */
  letsIn(entry: Entry): void {
    this.#hosts.add(entry);
  }

  budget({ entry }: Now): Budget {
    return this.#hosts.has(entry) ? this.#limits.start : budgetOf(this.#limits, entry);
  }

  /** One step; false where there are no more. */
  spend(now: Now): boolean {
    this.steps++;
    if (++now.spent <= this.budget(now).steps && this.steps <= this.#most) return true;
    this.cutShort(now.entry);
    return false;
  }

  /** A function that nothing calls is looked into, and need not be followed to its end. */
  cutShort(entry: Entry): void {
    if (entry.kind !== "uncalled" || this.steps > this.#most) this.cut.add(entry);
  }
}

// Dead letters in this process's memory, for tests and demonstrations.
import type { DeadLetter, DeadLetterFilter, DeadLetterStore } from "../ports/dead-letters.ts";

export class MemoryDeadLetters implements DeadLetterStore {
  readonly #letters = new Map<string, DeadLetter>();

  async put(letters: readonly DeadLetter[]): Promise<void> {
    for (const letter of letters) if (!this.#letters.has(letter.id)) this.#letters.set(letter.id, letter);
  }

  async list(filter: DeadLetterFilter, page: { readonly limit: number; readonly after?: string }): Promise<readonly DeadLetter[]> {
    const all = [...this.#letters.values()].filter((letter) => matches(letter, filter)).sort(byDeath);
    const after = page.after === undefined ? undefined : this.#letters.get(page.after);
    if (page.after !== undefined && after === undefined) return [];
    return all.filter((letter) => after === undefined || byDeath(letter, after) > 0).slice(0, page.limit);
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    return this.#letters.get(id);
  }

  async remove(ids: readonly string[]): Promise<number> {
    return ids.filter((id) => this.#letters.delete(id)).length;
  }
}

const byDeath = (a: DeadLetter, b: DeadLetter): number => a.diedAtMs - b.diedAtMs || (a.id === b.id ? 0 : a.id < b.id ? -1 : 1);

const matches = (letter: DeadLetter, filter: DeadLetterFilter): boolean =>
  (filter.group === undefined || letter.group === filter.group) &&
  (filter.destination === undefined || letter.destination === filter.destination) &&
  (filter.code === undefined || letter.code === filter.code);

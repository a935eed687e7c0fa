// Honest calls beside the attacks of one stage. One that began after an attack's call, and whose message was seen, says that
// the tool still does something, and that what the attack's call did has had its time. Cases that wait at once share it.

/** Why it says nothing; `undefined` where its message was seen. */
export type Doubt = string | undefined;

export class HonestCalls {
  readonly #waiting = new Map<string, Promise<Doubt>>();
  readonly #last = new Map<string, Promise<unknown>>();
  #made = 0;

  /** The next that begins, never the one that is under way: that began before whoever asks. `make` must not reject. */
  next(tool: string, make: (number: number) => Promise<Doubt>): Promise<Doubt> {
    const waiting = this.#waiting.get(tool) ?? this.#after(tool, make);
    this.#waiting.set(tool, waiting);
    return waiting;
  }

  async #after(tool: string, make: (number: number) => Promise<Doubt>): Promise<Doubt> {
    await this.#last.get(tool);
    this.#waiting.delete(tool);
    const made = make(++this.#made);
    this.#last.set(tool, made);
    return made;
  }
}

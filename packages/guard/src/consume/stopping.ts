// The consumer's own end, told to every attempt in work. One listener on the signal for all of them: to put one there
// and take it away again for each message costs more than to open its envelope's attributes.

export class Stopping {
  readonly signal: AbortSignal;
  readonly #enders = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener("abort", () => {
      for (const end of this.#enders) end();
    });
  }

  /** How many there are to tell. */
  get told(): number {
    return this.#enders.size;
  }

  /** Calls `end` when the consumer stops; the returned function cancels. */
  tell(end: () => void): () => void {
    this.#enders.add(end);
    return () => void this.#enders.delete(end);
  }
}

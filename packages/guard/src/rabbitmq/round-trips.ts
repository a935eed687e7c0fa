// AMQP does not answer an acknowledgement. What a channel is asked is done in order, so that an answer to anything that
// was asked later says that it was taken. Whoever waits at the same time waits for the same answer.

export class RoundTrips {
  readonly #ask: () => Promise<unknown>;
  #running: Promise<unknown> | undefined;
  #next: Promise<unknown> | undefined;

  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
  }

  /** Resolves when the broker has gone through all that was written before this was called. */
  after(): Promise<unknown> {
    if (this.#running === undefined) return this.#start();
    // The one that is running may have been asked before.
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<unknown> {
    this.#next = undefined;
    const running = this.#ask();
    this.#running = running;
    const over = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(over, over);
    return running;
  }
}

// How long an answer is waited for, in turns of our own loop: while this process was kept from its work, an answer may have
// come that it has not read yet, and a timer that is due would be heard first.
const TURNS = 20;

export class Patience {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #turns = 0;

  constructor(limitMs: number) {
    this.#timer = setInterval(() => {
      if (++this.#turns < TURNS) return;
      this.end();
      this.#controller.abort(new Error(`no answer within ${limitMs} ms`));
    }, limitMs / TURNS);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

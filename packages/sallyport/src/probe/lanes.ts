// Several lanes side by side, and who has the next that is free: the most urgent, and of equals the first that asked.
import { Lane } from "./lane.ts";

interface Wish {
  readonly urgency: number;
  /** Never rejects. */
  readonly granted: (lane: Lane) => Promise<void>;
}

export class Lanes {
  readonly #lanes: Lane[] = [];
  readonly #idle: Lane[] = [];
  readonly #wishes: Wish[] = [];
  #isClosed = false;

  add(lane: Lane): void {
    this.#lanes.push(lane);
    this.#idle.push(lane);
    this.#grant();
  }

  /** What is asked of lanes that were closed meanwhile is never answered: nobody waits for it any more. */
  use<T>(urgency: number, work: (lane: Lane) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const wish: Wish = { urgency, granted: (lane) => work(lane).then(resolve, reject) };
      const at = this.#wishes.findIndex((other) => other.urgency < urgency);
      this.#wishes.splice(at < 0 ? this.#wishes.length : at, 0, wish);
      this.#grant();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #grant(): void {
    while (!this.#isClosed && this.#idle.length > 0 && this.#wishes.length > 0) {
      const [lane, wish] = [this.#idle.shift()!, this.#wishes.shift()!];
      void wish.granted(lane).then(() => {
        this.#idle.push(lane);
        this.#grant();
      });
    }
  }
}

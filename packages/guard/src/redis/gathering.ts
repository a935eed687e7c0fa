// What is asked one by one goes together: what was asked in a turn of the event loop, and then what came while those
// before were on their way. Each is answered for itself, and a lane that is not answered holds up no other.
import type { Clock } from "../ports/clock.ts";

/** While a command of many is carried out, nobody else is served: no more than so many, or so large, go together. */
const MOST = { asks: 128, bytes: 1_048_576 };
/**
 * Many go in two halves: while the server is busy with one, this process is with the other, and neither waits for the
 * other to be done. Of fewer it would only be twice the commands.
 */
const HALVES = 2;
const ENOUGH_FOR_A_HALF = 32;

/** For how long something may wait behind others. Of a server that is silent, the last of very many would else hear minutes later. */
export interface Patience {
  readonly waitMs: number;
  readonly clock: Pick<Clock, "now">;
  readonly unanswered: (ms: number) => Error;
}

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane<Ask, Answer> {
  readonly name: string;
  readonly waiting: Waiting<Ask, Answer>[];
  onTheirWay: number;
  isDue: boolean;
}

/** Answers each in its place. Rejects when nothing can be said of any. */
export type AskAll<Ask, Answer> = (asks: readonly Ask[], lane: string) => Promise<readonly PromiseSettledResult<Answer>[]>;

export class Gathering<Ask, Answer> {
  readonly #askAll: AskAll<Ask, Answer>;
  readonly #patience: Patience;
  readonly #lanes = new Map<string, Lane<Ask, Answer>>();

  constructor(askAll: AskAll<Ask, Answer>, patience: Patience) {
    this.#askAll = askAll;
    this.#patience = patience;
  }

  add(name: string, ask: Ask, bytes = 0): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const lane = this.#lane(name);
    lane.waiting.push({ ask, bytes, sinceMs: this.#patience.clock.now(), resolve, reject });
    this.#nextTurn(lane);
    return promise;
  }

  #lane(name: string): Lane<Ask, Answer> {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, waiting: [], onTheirWay: 0, isDue: false };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  /** Not before everybody who asks now, or was answered, has had a turn to ask for more. */
  #nextTurn(lane: Lane<Ask, Answer>): void {
    if (lane.isDue || !mayGo(lane)) return;
    lane.isDue = true;
    setImmediate(() => {
      lane.isDue = false;
      this.#giveUp(lane);
      while (mayGo(lane)) void this.#askOnce(lane);
      this.#dropEmpty(lane);
    });
  }

  #giveUp({ waiting }: Lane<Ask, Answer>): void {
    const { waitMs, clock, unanswered } = this.#patience;
    const nowMs = clock.now();
    const kept = waiting.findIndex(({ sinceMs }) => nowMs - sinceMs < waitMs);
    for (const { reject } of waiting.splice(0, kept < 0 ? waiting.length : kept)) reject(unanswered(waitMs));
  }

  #dropEmpty(lane: Lane<Ask, Answer>): void {
    if (lane.onTheirWay + lane.waiting.length === 0) this.#lanes.delete(lane.name);
  }

  async #askOnce(lane: Lane<Ask, Answer>): Promise<void> {
    const batch = lane.waiting.splice(0, fitting(lane));
    lane.onTheirWay++;
    await this.#ask(batch, lane.name);
    lane.onTheirWay--;
    this.#dropEmpty(lane);
    this.#nextTurn(lane);
  }

  async #ask(batch: readonly Waiting<Ask, Answer>[], name: string): Promise<void> {
    const asks = batch.map(({ ask }) => ask);
    try {
      for (const [index, answer] of (await this.#askAll(asks, name)).entries()) {
        if (answer.status === "fulfilled") batch[index]?.resolve(answer.value);
        else batch[index]?.reject(answer.reason);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function mayGo({ waiting, onTheirWay }: Lane<unknown, never>): boolean {
  return onTheirWay === 0 ? waiting.length > 0 : onTheirWay < HALVES && waiting.length >= ENOUGH_FOR_A_HALF;
}

function fitting({ waiting, onTheirWay }: Lane<unknown, never>): number {
  const share = Math.ceil(waiting.length / (HALVES - onTheirWay));
  const most = Math.min(MOST.asks, Math.max(ENOUGH_FOR_A_HALF, share));
  let [count, bytes] = [0, 0];
  for (const one of waiting) {
    bytes += one.bytes;
    if (count > 0 && (count >= most || bytes > MOST.bytes)) break;
    count++;
  }
  return count;
}

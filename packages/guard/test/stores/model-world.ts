// A world in which everything fails that can: two workers that die, sleep and lose their deliveries, ports that refuse
// or take effect and do not say so, messages that come twice. Time, chance and order are the test's.
import { commitWith, reject, retry, unavailable, type Handler } from "../../src/index.ts";
import type { ClaimStore } from "../../src/ports/claim-store.ts";
import type { DeadLetter, DeadLetterStore } from "../../src/ports/dead-letters.ts";
import type { Point } from "../../src/ports/observer.ts";
import type { Delivery, Subscription, Transport } from "../../src/ports/transport.ts";
import { TestClock } from "../../src/testing/index.ts";
import { house, type House, raw } from "../house.ts";

/** What a port does when asked: its work; nothing, with an error; its work, with an error all the same. */
export type Fault = "works" | "refuses" | "works unsaid";
export type Verdict = "done" | "fails" | "throws" | "rejects" | "unavailable" | "effect fails" | "dies";
/** A handler that waits answers when the world says, be its claim lost by then or not. */
export interface Attempt {
  readonly verdict: Verdict;
  readonly waits: boolean;
}

export const POLICY = { maxFailures: 3, maxCrashes: 3, leaseMs: 30_000, deadlineMs: 20_000, retryMs: 1000, maxRetryMs: 10_000 };

/** One life of a worker's process. */
class Process {
  readonly clock: TestClock;
  alive = true;
  asleep = false;
  #subscriptions: Subscription[] = [];
  #receive: () => Promise<void> = () => Promise.resolve();

  constructor(nowMs: number) {
    this.clock = new TestClock(nowMs);
  }

  /** What a dead process asked may have been done; it is never told. */
  async asks<T>(fault: Fault, ask: () => Promise<T>): Promise<T> {
    if (!this.alive) return new Promise<never>(() => undefined);
    if (fault === "refuses") throw new Error("refused");
    const answer = await ask();
    if (!this.alive) return new Promise<never>(() => undefined);
    if (fault === "works unsaid") throw new Error("done, but not said");
    return answer;
  }

  async subscribe(receive: () => Promise<Subscription>): Promise<Subscription> {
    this.#receive = async () => void this.#subscriptions.push(await receive());
    await this.#receive();
    const resume = (): void => {
      if (!this.asleep) for (const subscription of this.#subscriptions) subscription.resume();
    };
    const pause = (): void => {
      for (const subscription of this.#subscriptions) subscription.pause();
    };
    return { pause, resume, close: () => this.drop() };
  }

  async drop(): Promise<void> {
    await Promise.all(this.#subscriptions.splice(0).map((subscription) => subscription.close()));
  }

  /** The broker takes back what is out, as after a visibility timeout; the process does not know. */
  async loseDeliveries(): Promise<void> {
    await this.drop();
    if (!this.alive) return;
    await this.#receive();
    if (!this.alive) return this.drop();
    if (this.asleep) for (const subscription of this.#subscriptions) subscription.pause();
  }

  sleep(): void {
    this.asleep = true;
    for (const subscription of this.#subscriptions) subscription.pause();
  }

  wake(nowMs: number): void {
    this.asleep = false;
    this.clock.advance(nowMs - this.clock.now());
    for (const subscription of this.#subscriptions) subscription.resume();
  }

  async die(): Promise<void> {
    this.alive = false;
    await this.drop();
  }
}

const keyOf = ({ id, generation }: { readonly id: string; readonly generation: number }): string => `${id} ${generation}`;

export class World {
  readonly home: House = house();
  readonly processes: Process[] = [];
  readonly commits: string[] = [];
  readonly attempts = new Map<string, number>();
  /** Every letter there ever was, also those redriven since. */
  readonly letters = new Map<string, DeadLetter>();
  #faults: Fault[];
  readonly #attempts: Attempt[];
  #waiting: (() => void)[] = [];
  #deathAt: Point | undefined;

  constructor(faults: readonly Fault[], attempts: readonly Attempt[]) {
    this.#faults = [...faults];
    this.#attempts = [...attempts];
  }

  /** No faults any more, nobody asleep. */
  heal(): void {
    this.#faults = [];
    this.#deathAt = undefined;
    this.release();
    for (const process of this.processes) process.wake(this.home.clock.now());
  }

  /** The next worker that gets to the point dies there. */
  dieAt(point: Point): void {
    this.#deathAt = point;
  }

  /** Handlers that wait end now, be their claims lost or not. */
  release(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  advance(ms: number): void {
    this.home.clock.advance(ms);
    for (const { asleep, alive, clock } of this.processes) if (alive && !asleep) clock.advance(this.home.clock.now() - clock.now());
  }

  async replay(index: number): Promise<void> {
    const { sent } = this.home.transport;
    const message = sent[index % Math.max(1, sent.length)];
    if (message !== undefined) await this.home.transport.send([raw(message.bytes)]);
  }

  /** As many live processes as there were workers. */
  async restart(index: number): Promise<void> {
    if (this.processes[index]?.alive === true) return;
    const process = new Process(this.home.clock.now());
    this.processes[index] = process;
    const observer = {
      at: (point: Point): void => {
        if (!process.alive || point !== this.#deathAt) return;
        this.#deathAt = undefined;
        void process.die();
      },
    };
    const ports = { transport: this.#transportOf(process), claims: this.#claimsOf(process), deadLetters: this.#deadLettersOf(process) };
    const options = { ...ports, observer, clock: process.clock, policy: POLICY };
    await this.home.consumer({ "note.created": this.#handlerOf(process) }, options).start();
  }

  #nextFault(): Fault {
    return this.#faults.shift() ?? "works";
  }

  #transportOf(process: Process): Transport {
    const { transport } = this.home;
    const settled = (delivery: Delivery): Delivery => ({
      ...delivery,
      ack: () => process.asks(this.#nextFault(), () => delivery.ack()),
      retryAfter: (delayMs) => process.asks(this.#nextFault(), () => delivery.retryAfter(delayMs)),
    });
    return {
      name: transport.name,
      capabilities: transport.capabilities,
      send: (messages) => transport.send(messages),
      close: () => transport.close(),
      receive: (options, onDeliveries) =>
        process.subscribe(() => transport.receive(options, (deliveries) => onDeliveries(deliveries.map(settled)))),
    };
  }

  #claimsOf(process: Process): ClaimStore {
    const { claims } = this.home;
    return {
      name: claims.name,
      persists: true,
      claim: (requests) => process.asks(this.#nextFault(), () => claims.claim(requests)),
      change: (changes) => process.asks(this.#nextFault(), () => claims.change(changes)),
    };
  }

  #deadLettersOf(process: Process): DeadLetterStore {
    const { deadLetters } = this.home;
    const put = async (letters: readonly DeadLetter[]): Promise<void> => {
      for (const letter of letters) this.letters.set(letter.id, letter);
      await deadLetters.put(letters);
    };
    return {
      put: (letters) => process.asks(this.#nextFault(), () => put(letters)),
      list: (filter, page) => deadLetters.list(filter, page),
      get: (id) => deadLetters.get(id),
      remove: (ids) => deadLetters.remove(ids),
    };
  }

  #handlerOf(process: Process): Handler {
    return async (event) => {
      const { verdict, waits } = this.#attempts.shift() ?? { verdict: "done", waits: false };
      if (verdict !== "unavailable") this.attempts.set(keyOf(event), (this.attempts.get(keyOf(event)) ?? 0) + 1);
      if (waits) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (verdict === "dies") await process.die();
      if (!process.alive) return new Promise<never>(() => undefined);
      switch (verdict) {
        case "fails":
          return retry();
        case "throws":
          throw new Error("the handler");
        case "rejects":
          return reject("never");
        case "unavailable":
          return unavailable(500);
        default:
          return commitWith(() => {
            if (verdict === "effect fails") throw new Error("the effect");
            this.commits.push(keyOf(event));
          });
      }
    };
  }
}

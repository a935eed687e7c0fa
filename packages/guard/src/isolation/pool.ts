// Which threads there are, and which message runs in which: one at a time in each, the rest wait in order. A thread
// whose handler was told to stop no longer counts, so that it delays nobody, whether it obeys or has to be ended.
import type { ResourceLimits } from "node:worker_threads";
import type { ReceivedEvent } from "../consume/examine.ts";
import type { HandlerContext } from "../consume/handle.ts";
import { type Outcome, unavailable } from "../consume/outcome.ts";
import { isSallyportError, SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { HandlerThread } from "./thread.ts";

export interface PoolOptions {
  readonly module: URL;
  readonly threads: number;
  readonly terminateAfterMs: number;
  readonly startWithinMs: number;
  readonly loadWithinMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly clock: Clock;
  readonly onFault: (fault: SallyportError) => void;
}

type Waiter = (thread: HandlerThread | undefined) => void;

export class HandlerPool {
  readonly #options: PoolOptions;
  /** Every thread that is not gone, counted or not. */
  readonly #all = new Set<HandlerThread>();
  /** Those that count: loading, idle, or running a handler that was not told to stop. */
  readonly #counted = new Set<HandlerThread>();
  readonly #idle: HandlerThread[] = [];
  readonly #waiting: Waiter[] = [];
  readonly #inWork = new Set<Promise<unknown>>();
  #loading = 0;
  #types: readonly string[] = [];
  #closed = false;
  #ending = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The event types that the module has handlers for. @throws {SallyportError} `ERR_CONFIG_INVALID` when it cannot be used. */
  async open(): Promise<readonly string[]> {
    const thread = this.#newThread();
    this.#types = await thread.load();
    this.#release(thread);
    return this.#types;
  }

  run(event: ReceivedEvent, context: HandlerContext): Promise<Outcome | undefined> {
    return this.#track(this.#run(event, context));
  }

  /** Takes nothing new, waits for what is in work or being loaded until the deadline, then ends every thread. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(deadlineMs, resolve);
      void Promise.allSettled(this.#inWork).then(() => (cancel(), resolve()));
    });
    this.#ending = true;
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }

  async #run(event: ReceivedEvent, context: HandlerContext): Promise<Outcome | undefined> {
    const thread = await this.#acquire(context.signal);
    // No thread in time is not the message's fault: it is given back, and no attempt is used up (PSN-08).
    if (thread === undefined) return unavailable();
    try {
      return await thread.run(event, context, () => {
        this.#counted.delete(thread);
        this.#grow();
      });
    } catch (error) {
      if (this.#ending) return unavailable();
      if (isSallyportError(error)) this.#options.onFault(error);
      throw error;
    } finally {
      this.#release(thread);
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#inWork.delete(tracked));
    this.#inWork.add(tracked);
    return tracked;
  }

  async #acquire(signal: AbortSignal): Promise<HandlerThread | undefined> {
    if (this.#closed || signal.aborted) return undefined;
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const { promise, resolve } = Promise.withResolvers<HandlerThread | undefined>();
    const giveUp = (): void => {
      const place = this.#waiting.indexOf(resolve);
      if (place >= 0) this.#waiting.splice(place, 1);
      resolve(undefined);
    };
    this.#waiting.push(resolve);
    this.#grow();
    const cancel = this.#options.clock.after(this.#options.startWithinMs, giveUp);
    signal.addEventListener("abort", giveUp, { once: true });
    const thread = await promise;
    cancel();
    signal.removeEventListener("abort", giveUp);
    return thread;
  }

  /** A thread is free: it takes the next message that waits. */
  #release(thread: HandlerThread): void {
    // A thread that was lost is forgotten, and replaced when a message waits, as soon as it is gone.
    if (!thread.usable) return;
    this.#counted.add(thread);
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) waiter(thread);
    else if (this.#closed || this.#counted.size > this.#options.threads) this.#drop(thread);
    else this.#idle.push(thread);
  }

  /** Threads are started when a message waits for one, and never otherwise: a module that fails is not loaded in a loop. */
  #grow(): void {
    while (!this.#closed && this.#loading < this.#waiting.length && this.#counted.size < this.#options.threads)
      void this.#track(this.#add());
  }

  async #add(): Promise<void> {
    const thread = this.#newThread();
    this.#loading++;
    try {
      const types = await thread.load();
      const gone = this.#types.find((type) => !types.includes(type));
      if (gone === undefined) return this.#release(thread);
      this.#drop(thread);
      throw new SallyportError("ERR_CONFIG_INVALID", `the module no longer has a handler of "${gone}"`, {
        place: this.#options.module.href,
        remedy: "Restart after changing it.",
      });
    } catch (error) {
      if (!this.#closed && isSallyportError(error)) this.#options.onFault(error);
      for (const waiter of this.#waiting.splice(0)) waiter(undefined);
    } finally {
      this.#loading--;
    }
  }

  #newThread(): HandlerThread {
    const thread = new HandlerThread(this.#options);
    this.#all.add(thread);
    this.#counted.add(thread);
    void thread.gone.then(() => {
      this.#all.delete(thread);
      this.#forget(thread);
      this.#grow();
    });
    return thread;
  }

  #drop(thread: HandlerThread): void {
    this.#forget(thread);
    void thread.end();
  }

  #forget(thread: HandlerThread): void {
    this.#counted.delete(thread);
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
  }
}

// What happens when something that must answer does not: nothing is settled, nothing new is fetched, and consumption
// goes on by itself when it answers again (REP-12). The circuit breaker for handlers is here too (PSN-08).
import { type ErrorCode, isSallyportError, type SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Observer } from "../ports/observer.ts";
import type { Subscription } from "../ports/transport.ts";
import { boundedDelay } from "./outcome.ts";
import type { ConsumePolicy } from "./policy.ts";

const STOPPED = Symbol("stopped");
const WAIT_MS = { first: 100, most: 5000 };

export class Hold {
  readonly #policy: ConsumePolicy;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #stop: AbortSignal;
  readonly #reasons = new Set<object>();
  /** Destinations that cannot be fetched from. */
  readonly #unfetched = new Set<string>();
  #subscriptions: readonly Subscription[] = [];
  #breakerMs = 0;
  #openUntilMs = 0;

  constructor(parts: { readonly policy: ConsumePolicy; readonly clock: Clock; readonly observer: Observer; readonly stop: AbortSignal }) {
    this.#policy = parts.policy;
    this.#clock = parts.clock;
    this.#observer = parts.observer;
    this.#stop = parts.stop;
  }

  /** Whose fetching is paused and resumed from now on. */
  over(subscriptions: readonly Subscription[]): void {
    this.#subscriptions = subscriptions;
    if (this.#reasons.size > 0) for (const subscription of subscriptions) subscription.pause();
  }

  get held(): boolean {
    return this.#reasons.size + this.#unfetched.size > 0;
  }

  /** Fetching fails or goes on. Nothing is paused for it: only the next try can tell that it works again. */
  fetching(destination: string, failure: ErrorCode | undefined, why?: SallyportError): void {
    if (failure !== undefined) {
      if (!this.held) this.#observer.holding?.(true, failure, why);
      this.#unfetched.add(destination);
    } else if (this.#unfetched.delete(destination)) this.#sayWhenOver();
  }

  /** Asks until it is answered. `undefined` when the consumer is stopped first. */
  async untilAnswered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    const answer = await this.#until(ask);
    return answer === STOPPED ? undefined : answer;
  }

  /** Tries until it is done. False when the consumer is stopped first: the delivery then goes back to the broker unsettled. */
  async untilDone(attempt: () => Promise<void>): Promise<boolean> {
    return (await this.#until(attempt)) !== STOPPED;
  }

  async #until<T>(attempt: () => Promise<T>): Promise<T | typeof STOPPED> {
    let reason: object | undefined;
    for (let waitMs = WAIT_MS.first; ; waitMs = Math.min(waitMs * 2, WAIT_MS.most)) {
      try {
        const answer = await attempt();
        if (reason !== undefined) this.#resume(reason);
        return answer;
      } catch (error) {
        const why = isSallyportError(error) ? error : undefined;
        this.#pause((reason ??= {}), why?.code ?? "ERR_STORE_UNAVAILABLE", why);
        if (!(await this.#wait(waitMs))) return STOPPED;
      }
    }
  }

  /**
   * The breaker opens, for longer each time until something succeeds. Returns for how long. Handlers that were
   * running when it opened say the same again: that is one failure, not many.
   */
  trip(askedMs: number | undefined): number {
    const { retryMs, maxRetryMs } = this.#policy;
    const nowMs = this.#clock.now();
    if (nowMs >= this.#openUntilMs) this.#breakerMs = Math.max(retryMs, this.#breakerMs * 2);
    const waitMs = boundedDelay(askedMs, this.#breakerMs, maxRetryMs);
    this.#openUntilMs = Math.max(this.#openUntilMs, nowMs + waitMs);
    const reason = {};
    this.#pause(reason, "ERR_HANDLER_FAILED");
    void this.#wait(waitMs).then(() => this.#resume(reason));
    return waitMs;
  }

  succeeded(): void {
    this.#breakerMs = 0;
  }

  /** The consumer has stopped and nothing is in work: what does not answer holds nothing any more. */
  end(): void {
    if (this.held) this.#observer.holding?.(false, undefined);
    this.#reasons.clear();
    this.#unfetched.clear();
  }

  #pause(reason: object, code: ErrorCode, why?: SallyportError): void {
    if (!this.held) this.#observer.holding?.(true, code, why);
    this.#reasons.add(reason);
    for (const subscription of this.#subscriptions) subscription.pause();
  }

  #resume(reason: object): void {
    if (!this.#reasons.delete(reason) || this.#reasons.size > 0 || this.#stop.aborted) return;
    this.#sayWhenOver();
    for (const subscription of this.#subscriptions) subscription.resume();
  }

  #sayWhenOver(): void {
    if (!this.held && !this.#stop.aborted) this.#observer.holding?.(false, undefined);
  }

  /** False when the consumer was stopped meanwhile. */
  #wait(ms: number): Promise<boolean> {
    const stop = this.#stop;
    return new Promise((resolve) => {
      if (stop.aborted) return resolve(false);
      const onStop = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = this.#clock.after(ms, () => {
        stop.removeEventListener("abort", onStop);
        resolve(true);
      });
      stop.addEventListener("abort", onStop, { once: true });
    });
  }
}

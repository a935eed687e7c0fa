// Rates, quotas, loop budgets and the call ledger in Redis: shared by every process that reaches the server.
import type { Clock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LedgerEnd, LedgerEntry, LedgerOutcome, LimitStore, Spend } from "../ports/limits.ts";
import { BEGIN, END, SPEND } from "../redis/limit-scripts.ts";
import type { Redis } from "../redis/redis.ts";
import { Unanswered } from "./unanswered.ts";

const SERVERS_TIME = -1;

/** Spends of one call are granted together or not at all, so that all counters are in one slot of a cluster. */
export class RedisLimits implements LimitStore {
  readonly #redis: Redis;
  readonly #nowMs: () => number;

  /** `clock`: in place of the server's own, for tests. */
  constructor(redis: Redis, { clock }: { readonly clock?: Clock } = {}) {
    this.#redis = redis;
    this.#nowMs = () => clock?.now() ?? SERVERS_TIME;
  }

  async spend(spends: readonly Spend[]): Promise<{ readonly refused: number; readonly retryAfterMs: number } | undefined> {
    const keys = spends.map(({ key }) => `${this.#redis.prefix}:{limits}:${key}`);
    const args = spends.flatMap(({ limit, windowMs }) => [limit, windowMs]);
    const answer = (await this.#redis.each(SPEND, keys, [this.#nowMs(), ...args])) as readonly [] | readonly [number, number];
    return answer.length === 0 ? undefined : { refused: Number(answer[0]), retryAfterMs: Number(answer[1]) };
  }
}

export class RedisLedger implements Ledger {
  readonly #redis: Redis;
  readonly #nowMs: () => number;
  readonly #newId: NewId;
  readonly #unanswered = new Unanswered();

  /** `clock`: in place of the server's own, for tests. */
  constructor(redis: Redis, { clock, newId = randomId }: { readonly clock?: Clock; readonly newId?: NewId } = {}) {
    this.#redis = redis;
    this.#nowMs = () => clock?.now() ?? SERVERS_TIME;
    this.#newId = newId;
  }

  async begin({ key, digest, eventId, leaseMs, rememberMs }: LedgerEntry): Promise<LedgerOutcome> {
    const call = `${digest} ${key}`;
    const token = this.#unanswered.take(call) ?? this.#newId();
    const args = [`${this.#nowMs()} ${leaseMs} ${rememberMs}`, digest, eventId, token];
    const answer = await this.#redis.each(BEGIN, [this.#nameOf(key)], args).catch((error: unknown) => {
      // It may have begun, and nobody carries it out.
      this.#unanswered.put(call, token);
      throw error;
    });
    const [kind, told] = answer as Answer;
    switch (kind) {
      case "begun":
        return { kind, token, eventId: told ?? eventId };
      case "finished":
        return { kind, result: told };
      case "in-flight":
        return { kind, forMs: Number(told) };
      case "conflict":
        return { kind };
    }
  }

  async end(key: string, token: string, end: LedgerEnd): Promise<void> {
    const result = end.kind === "finished" ? end.result : "";
    await this.#redis.each(END, [this.#nameOf(key)], [this.#nowMs(), token, end.kind, result]);
  }

  #nameOf(key: string): string {
    return `${this.#redis.prefix}:call:${key}`;
  }
}

/** What is begun anew has the id of the attempt before. */
type Answer = readonly ["begun", string?] | readonly ["finished", string] | readonly ["in-flight", number] | readonly ["conflict"];

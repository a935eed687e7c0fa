// Claims in Redis: shared by every process that reaches the server. What is decided is in `redis/claim-scripts.ts`.
// What Redis loses, the guard forgets: a server that evicts or keeps nothing on disk is refused (redis/forgetful.ts).
import { SallyportError } from "../errors.ts";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore } from "../ports/claim-store.ts";
import type { Clock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import { CHANGE, CLAIM } from "../redis/claim-scripts.ts";
import type { Redis } from "../redis/redis.ts";
import { Unanswered } from "./unanswered.ts";

export interface RedisClaimsOptions {
  /** In place of the server's own: for tests. */
  readonly clock?: Clock;
  readonly newId?: NewId;
}

const SERVERS_TIME = -1;

export class RedisClaims implements ClaimStore {
  readonly name = "redis";
  readonly persists = true;
  readonly #redis: Redis;
  readonly #nowMs: () => number;
  readonly #newId: NewId;
  readonly #unanswered = new Unanswered();

  constructor(redis: Redis, { clock, newId = randomId }: RedisClaimsOptions = {}) {
    this.#redis = redis;
    this.#nowMs = () => clock?.now() ?? SERVERS_TIME;
    this.#newId = newId;
  }

  async claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    const asked = requests.map((request) => ({ request, token: this.#unanswered.take(request.key) ?? this.#newToken(request) }));
    const answers = await Promise.allSettled(asked.map(({ request, token }) => this.#claimOne(request, token)));
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed === undefined) return answers.map((answer) => (answer as PromiseFulfilledResult<ClaimOutcome>).value);
    // Of the others nobody is told either, and some may have been granted.
    for (const { request, token } of asked) this.#unanswered.put(request.key, token);
    throw failed.reason;
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    return Promise.all(changes.map((change) => this.#changeOne(change)));
  }

  async #claimOne(request: ClaimRequest, token: string): Promise<ClaimOutcome> {
    const { key, earlier = [], digest, stale, leaseMs, rememberMs, maxFailures, maxCrashes } = request;
    const keys = [key, ...earlier].map((one) => this.#nameOf(one, earlier[0] ?? key));
    const terms = `${this.#nowMs()} ${stale ? 1 : 0} ${leaseMs} ${rememberMs} ${maxFailures} ${maxCrashes}`;
    const tail = `${Buffer.byteLength(digest)} ${digest}${token}`;
    return outcomeOf((await this.#redis.each(CLAIM, keys, [terms, tail])) as Answer, token);
  }

  #newToken({ key, earlier }: ClaimRequest): string {
    return tokenOf(this.#newId(), key, earlier?.[0] ?? key);
  }

  async #changeOne(change: ClaimChange): Promise<ChangeOutcome> {
    const { kind, key, token } = change;
    if (kind === "commit" && change.effect !== undefined) return { effectFailed: noTransaction() };
    const ms = "afterMs" in change ? change.afterMs : "leaseMs" in change ? change.leaseMs : 0;
    const changed = await this.#redis.each(CHANGE, [this.#nameOf(key, familyOf(token, key))], [`${this.#nowMs()} ${kind} ${ms}`, token]);
    return Number(changed) === 1 ? "changed" : "lost";
  }

  /** One hash tag, and so one slot of a cluster, for all generations of an event. */
  #nameOf(key: string, family: string): string {
    return `${this.#redis.prefix}:claim:{${family}}${key === family ? "" : key}`;
  }
}

/** Some clients are set to give numbers as text. */
type Answer = readonly ["granted", number, number] | readonly ["busy", number] | readonly ["exhausted", number, Budget] | readonly [Plain];
type Budget = (ClaimOutcome & { kind: "exhausted" })["budget"];
type Plain = "done" | "dead" | "conflict" | "stale";

function outcomeOf(answer: Answer, token: string): ClaimOutcome {
  switch (answer[0]) {
    case "granted":
      return { kind: "granted", token, attempt: Number(answer[1]), failures: Number(answer[2]) };
    case "busy":
      return { kind: "busy", forMs: Number(answer[1]) };
    case "exhausted":
      return { kind: "exhausted", token, budget: answer[2], started: Number(answer[1]) };
    default:
      return { kind: answer[0] };
  }
}

/**
 * A change names its key alone: of a redriven event, the token says which slot it is in. Handlers put tokens into
 * headers and files, so that it is plain text.
 */
const tokenOf = (id: string, key: string, family: string): string =>
  key === family ? id : `${id}~${Buffer.from(family).toString("base64url")}`;

function familyOf(token: string, key: string): string {
  const end = token.lastIndexOf("~");
  return end < 0 ? key : Buffer.from(token.slice(end + 1), "base64url").toString();
}

const noTransaction = (): SallyportError =>
  new SallyportError("ERR_CONFIG_CAPABILITY", "Redis cannot commit a handler's effect together with the claim", {
    remedy: "Let what is changed check the fencing token, or keep claims in the database that is changed.",
  });

// Claims in Redis: shared by every process that reaches the server. What is decided is in `redis/claim-scripts.ts`.
// What Redis loses, the guard forgets: keep `maxmemory-policy noeviction` and `appendonly yes`.
import { SallyportError } from "../errors.ts";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore } from "../ports/claim-store.ts";
import type { Clock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import { CHANGE, CLAIM } from "../redis/claim-scripts.ts";
import type { Redis } from "../redis/redis.ts";

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
  /** Of claims that were not answered and may have been granted: asked again under its token, none is counted twice. */
  readonly #unanswered = new Map<string, string>();

  constructor(redis: Redis, { clock, newId = randomId }: RedisClaimsOptions = {}) {
    this.#redis = redis;
    this.#nowMs = () => clock?.now() ?? SERVERS_TIME;
    this.#newId = newId;
  }

  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    return Promise.all(requests.map((request) => this.#claimOne(request)));
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    return Promise.all(changes.map((change) => this.#changeOne(change)));
  }

  async #claimOne(request: ClaimRequest): Promise<ClaimOutcome> {
    const { key, earlier = [], digest, stale, leaseMs, rememberMs, maxFailures, maxCrashes } = request;
    const family = earlier[0] ?? key;
    const token = this.#unanswered.get(key) ?? tokenOf(this.#newId(), key, family);
    // Taken out, so that a copy of the message that comes meanwhile asks under a token of its own.
    this.#unanswered.delete(key);
    const keys = [key, ...earlier].map((one) => this.#nameOf(one, family));
    const args = [this.#nowMs(), digest, stale ? 1 : 0, leaseMs, rememberMs, maxFailures, maxCrashes, token];
    try {
      return outcomeOf((await this.#redis.run(CLAIM, keys, args)) as Answer, token);
    } catch (error) {
      this.#unanswered.set(key, token);
      throw error;
    }
  }

  async #changeOne(change: ClaimChange): Promise<ChangeOutcome> {
    const { kind, key, token } = change;
    if (kind === "commit" && change.effect !== undefined) return { effectFailed: noTransaction() };
    const ms = "afterMs" in change ? change.afterMs : "leaseMs" in change ? change.leaseMs : 0;
    const changed = await this.#redis.run(CHANGE, [this.#nameOf(key, familyOf(token, key))], [this.#nowMs(), kind, token, ms]);
    return changed === 1 ? "changed" : "lost";
  }

  /** One hash tag, and so one slot of a cluster, for all generations of an event. */
  #nameOf(key: string, family: string): string {
    return `${this.#redis.prefix}:claim:{${family}}${key === family ? "" : key}`;
  }
}

type Answer = readonly ["granted", number, number] | readonly ["busy", number] | readonly ["exhausted", number, Budget] | readonly [Plain];
type Budget = (ClaimOutcome & { kind: "exhausted" })["budget"];
type Plain = "done" | "dead" | "conflict" | "stale";

function outcomeOf(answer: Answer, token: string): ClaimOutcome {
  switch (answer[0]) {
    case "granted":
      return { kind: "granted", token, attempt: answer[1], failures: answer[2] };
    case "busy":
      return { kind: "busy", forMs: answer[1] };
    case "exhausted":
      return { kind: "exhausted", token, budget: answer[2], started: answer[1] };
    default:
      return { kind: answer[0] };
  }
}

/** A change names its key alone: of a redriven event, the token says which slot it is in. */
const tokenOf = (id: string, key: string, family: string): string => (key === family ? id : `${id}\n${family}`);

function familyOf(token: string, key: string): string {
  const end = token.indexOf("\n");
  return end < 0 ? key : token.slice(end + 1);
}

const noTransaction = (): SallyportError =>
  new SallyportError("ERR_CONFIG_CAPABILITY", "Redis cannot commit a handler's effect together with the claim", {
    remedy: "Let what is changed check the fencing token, or keep claims in the database that is changed.",
  });

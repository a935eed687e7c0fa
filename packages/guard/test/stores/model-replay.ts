// The traces of the model of the claim protocol (model/claims.qnt), and what asks a store what they asked the model.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore } from "../../src/ports/claim-store.ts";
import { TestClock } from "../../src/testing/index.ts";

/** As scripts/model-traces.ts writes it. Times are in units of the model. */
export type Step = readonly [
  at: number,
  asked: string,
  key: number,
  digestOrMs: number,
  token: number,
  answer: string,
  record: string,
  sees: string,
];

interface Trace {
  readonly seed: string;
  readonly steps: readonly Step[];
}

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const all = JSON.parse(readFileSync(join(ROOT, "model", "traces", "claims.json"), "utf8")) as readonly Trace[];
const model = readFileSync(join(ROOT, "model", "claims.qnt"), "utf8");
export const UNIT_MS = 1000;
const KEYS = [0, 1, 2, 3];

/** A constant of the model, so that the replay asks with the same policy. */
function constant(name: string): number {
  const value = new RegExp(`pure val ${name} = (\\d+)\\b`).exec(model)?.[1];
  if (value === undefined) throw new Error(`the model has no ${name}`);
  return Number(value);
}

const LEASE_MS = constant("LEASE") * UNIT_MS;
const POLICY = {
  leaseMs: LEASE_MS,
  rememberMs: (constant("WINDOW") + 2 * constant("SKEW") + constant("MOST_RETRY")) * UNIT_MS,
  maxFailures: constant("MAX_FAILURES"),
  maxCrashes: constant("MAX_CRASHES"),
};

/** A store whose clock and tokens the trace decides. */
export class Replay {
  readonly clock = new TestClock(0);
  readonly store: ClaimStore;
  #token = 0;

  constructor(open: (options: { clock: TestClock; newId: () => string }) => ClaimStore) {
    this.store = open({ clock: this.clock, newId: () => `t${this.#token}` });
  }

  async take([at, asked, key, digestOrMs, token]: Step): Promise<string> {
    this.clock.advance(at * UNIT_MS - this.clock.now());
    if (!asked.startsWith("claim")) return this.change(asked, key, digestOrMs * UNIT_MS, this.tokenOf(key, `t${token}`));
    return this.claim(key, digestOrMs, asked === "claim-stale", token);
  }

  /** As the store gives it out, from the id that it was given. */
  tokenOf(_key: number, id: string): string {
    return id;
  }

  async claim(key: number, digest: number, stale: boolean, token: number): Promise<string> {
    this.#token = token;
    const earlier = key % 2 > 0 ? { earlier: [`k${key - 1}`] } : {};
    const request: ClaimRequest = { key: `k${key}`, digest: `d${digest}`, stale, ...earlier, ...POLICY };
    const [outcome] = await this.store.claim([request]);
    return textOfClaim(outcome, this.tokenOf(key, `t${token}`));
  }

  /** What a claim of each key would be answered, were it not for its generations. */
  async sees(): Promise<string> {
    this.#token = 0;
    const requests = KEYS.map((key): ClaimRequest => ({ key: `k${key}`, digest: "d0", stale: false, ...POLICY }));
    return (await this.store.claim(requests)).map((outcome) => textOfClaim(outcome, "t0")).join(", ");
  }

  async change(kind: string, key: number, ms: number, token: string): Promise<string> {
    const [outcome] = await this.store.change([changeOf(kind, { key: `k${key}`, token }, ms)]);
    return textOfChange(outcome);
  }
}

function changeOf(kind: string, held: { readonly key: string; readonly token: string }, ms: number): ClaimChange {
  switch (kind) {
    case "commit":
    case "bury":
      return { ...held, kind };
    case "fail":
    case "release":
      return { ...held, kind, afterMs: ms };
    case "renew":
    case "condemn":
      return { ...held, kind, leaseMs: ms };
    case "commit-with-failing-effect":
      return { ...held, kind: "commit", effect: fails };
    default:
      throw new Error(`the replay knows no "${kind}"`);
  }
}

const fails = (): never => {
  throw new Error("the effect");
};

function textOfClaim(outcome: ClaimOutcome | undefined, token: string): string {
  if (outcome === undefined) return "nothing";
  if ("token" in outcome && outcome.token !== token) return `another's token ${outcome.token}`;
  switch (outcome.kind) {
    case "granted":
      return `granted ${outcome.attempt} ${outcome.failures}`;
    case "busy":
      return `busy ${outcome.forMs / UNIT_MS}`;
    case "exhausted":
      return `exhausted-${outcome.budget} ${outcome.started}`;
    default:
      return outcome.kind;
  }
}

const textOfChange = (outcome: ChangeOutcome | undefined): string => (typeof outcome === "object" ? "effectFailed" : String(outcome));

export const traces = all.map((trace) => [`${trace.seed}, ${trace.steps.length} steps`, trace] as const);

// What the model of the claim protocol (model/claims.qnt) says a store answers, asked of the real stores: every
// answer, every record and, after every step, what a claim of each key would be answered.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore } from "../../src/ports/claim-store.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { SqliteClaims } from "../../src/stores/sqlite-claims.ts";
import { TestClock } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

/** As scripts/model-traces.ts writes it. Times are in units of the model. */
type Step = readonly [
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
const traces = JSON.parse(readFileSync(join(ROOT, "model", "traces", "claims.json"), "utf8")) as readonly Trace[];
const model = readFileSync(join(ROOT, "model", "claims.qnt"), "utf8");
const UNIT_MS = 1000;
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
class Replay {
  readonly clock = new TestClock(0);
  readonly store: ClaimStore;
  #token = 0;

  constructor(open: (options: { clock: TestClock; newId: () => string }) => ClaimStore) {
    this.store = open({ clock: this.clock, newId: () => `t${this.#token}` });
  }

  async take([at, asked, key, digestOrMs, token]: Step): Promise<string> {
    this.clock.advance(at * UNIT_MS - this.clock.now());
    if (!asked.startsWith("claim")) return this.change(asked, key, digestOrMs * UNIT_MS, `t${token}`);
    return this.claim(key, digestOrMs, asked === "claim-stale", token);
  }

  async claim(key: number, digest: number, stale: boolean, token: number): Promise<string> {
    this.#token = token;
    const earlier = key % 2 > 0 ? { earlier: [`k${key - 1}`] } : {};
    const request: ClaimRequest = { key: `k${key}`, digest: `d${digest}`, stale, ...earlier, ...POLICY };
    const [outcome] = await this.store.claim([request]);
    return textOfClaim(outcome, `t${token}`);
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

const openMemory = (): Replay => new Replay((options) => new MemoryClaims(options));

const named = traces.map((trace) => [`${trace.seed}, ${trace.steps.length} steps`, trace] as const);

describe("the traces of the model", () => {
  test("ask every question, and get every answer", () => {
    const steps = traces.flatMap((trace) => trace.steps);
    const asked = new Set(steps.map(([, question]) => question));
    const questions = ["claim", "claim-stale", "commit", "commit-with-failing-effect", "fail", "release", "condemn", "bury", "renew"];
    expect(asked).toEqual(new Set(questions));
    const answers = new Set(steps.map(([, , , , , answer]) => answer.split(" ")[0]));
    const claimed = ["granted", "busy", "done", "dead", "conflict", "stale"];
    const exhausted = ["exhausted-failures", "exhausted-crashes", "exhausted-verdict"];
    expect(answers).toEqual(new Set([...claimed, ...exhausted, "changed", "lost", "effectFailed"]));
  });
});

describe("[REP-01] [REP-07] [REP-15] claims in memory do as the model does", () => {
  test.each(named)("%s", async (_name, { steps }) => {
    const replay = openMemory();
    for (const [index, step] of steps.entries()) {
      expect([index, await replay.take(step)]).toEqual([index, step[5]]);
      // A probe changes what it asks about, so it is made of a copy that has been through the same.
      const copy = openMemory();
      for (const past of steps.slice(0, index + 1)) await copy.take(past);
      expect([index, await copy.sees()]).toEqual([index, step[7]]);
    }
  });
});

describe("[REP-01] [REP-07] [REP-15] claims in SQLite do as the model does", () => {
  test.each(named)("%s", async (_name, { steps }) => {
    const database = openDatabase();
    const replay = new Replay((options) => new SqliteClaims(database, options));
    const rowOf = (key: number): string => {
      const row = database.read((db) => db.prepare("SELECT * FROM sallyport_claims WHERE key = ?").get(`k${key}`));
      if (row === undefined) return "none";
      const times = [row["untilMs"], row["expiresAtMs"]].map((ms) => Number(ms) / UNIT_MS);
      const [digest, token] = [row["digest"], row["token"]].map((text) => String(text).slice(1));
      return [row["state"], digest, token, row["started"], row["finished"], ...times].join(" ");
    };
    for (const [index, step] of steps.entries()) {
      expect([index, await replay.take(step), rowOf(step[2])]).toEqual([index, step[5], step[6]]);
    }
    expect(await replay.sees()).toBe(steps.at(-1)?.[7]);
  });
});

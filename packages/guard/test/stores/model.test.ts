// What the model of the claim protocol (model/claims.qnt) says a store answers, asked of the real stores: every
// answer, every record and, after every step, what a claim of each key would be answered.
import { describe, expect, test } from "vitest";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { SqliteClaims } from "../../src/stores/sqlite-claims.ts";
import { openDatabase } from "../temporary-database.ts";
import { Replay, traces, UNIT_MS } from "./model-replay.ts";

const openMemory = (): Replay => new Replay((options) => new MemoryClaims(options));

describe("the traces of the model", () => {
  test("ask every question, and get every answer", () => {
    const steps = traces.flatMap(([, trace]) => trace.steps);
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
  test.each(traces)("%s", async (_name, { steps }) => {
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
  test.each(traces)("%s", async (_name, { steps }) => {
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

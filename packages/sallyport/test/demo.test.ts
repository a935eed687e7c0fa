// The demonstration, run as `npm start` runs it. Ours must hold everywhere; and the attacks must be real, so the
// listings that are known to fall must be seen to.
import { expect, test } from "vitest";
import { patienceOf } from "../src/demo/stage.ts";
import { run } from "./command.ts";

interface Row {
  readonly threats: readonly string[];
  readonly observations: readonly { readonly held: boolean; readonly saw: string }[];
}

test.each([
  [100, 1],
  [5000, 1],
  [20_000, 4],
  [120_000, 8],
])(
  "on a machine where the first note took %i ms, everything is given %i times as long: what is late has not fallen",
  (begunAfterMs, times) => {
    expect(patienceOf(begunAfterMs)).toBe(times);
  },
);

test("every attack is observed on three servers; ours holds, and the article's correct listings do not", { timeout: 150_000 }, async () => {
  const { code, stdout, stderr } = await run(["demo", "--json"]);
  expect(code, stderr).toBe(0);
  const rows = JSON.parse(stdout) as Row[];
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(rows.filter(({ observations }) => observations.length !== 3 || observations[2]?.held !== true)).toEqual([]);
  const falls = (column: number): readonly string[] =>
    rows.filter(({ observations }) => !observations[column]?.held).flatMap(({ threats }) => threats);
  expect(falls(0)).toEqual(expect.arrayContaining(["PUB-01", "PUB-02", "DST-01", "REP-01", "REP-05", "PSN-01"]));
  expect(falls(1)).toEqual(
    expect.arrayContaining(["PUB-03", "REP-03", "REP-04", "REP-05", "REP-06", "REP-10", "DST-04", "PSN-02", "PSN-03"]),
  );
  expect(falls(1)).not.toEqual(expect.arrayContaining(["PUB-01"]));
});

// Whether a probe says the same each time: one seed, many runs, and every case must be ruled alike. Of our own subjects,
// the wrong, the correct and the guarded one. `--runs N` (default 20), `--subject NAME…`, `--only ATTACK…`.
import { parseArgs } from "node:util";
import type { Profile } from "../packages/sallyport/src/probe/profile.ts";
import { probe, type ProbeResult } from "../packages/sallyport/src/probe/probe.ts";
import * as subjects from "../packages/sallyport/test/probe/subjects.ts";

const SEED = "repeats";
const SUBJECTS = ["wrong", "correct", "ours"];
const OPTIONS = {
  runs: { type: "string", default: "20" },
  subject: { type: "string", multiple: true },
  only: { type: "string", multiple: true },
} as const;

/** Of each case: how it was ruled, and for which threats. */
function rulingsOf({ verdicts, failure }: ProbeResult): ReadonlyMap<string, string> {
  const rulings = verdicts.flatMap(({ attack, ruling, cases }) => [
    [attack, ruling] as const,
    ...cases.map((one) => [`${attack}, ${one.name}`, `${one.ruling} ${one.threats.join(", ")}`] as const),
  ]);
  return new Map([["the target", failure ?? "was run"], ...rulings]);
}

async function repeated(name: string, runs: number, only: readonly string[] | undefined): Promise<boolean> {
  const profile = (subjects as unknown as Readonly<Record<string, () => Profile>>)[name]!();
  let first: ReadonlyMap<string, string> | undefined;
  let differing = 0;
  let tookMs = 0;
  for (let run = 1; run <= runs; run++) {
    const result = await probe({ profile, seed: SEED, only });
    tookMs += result.tookMs;
    const rulings = rulingsOf(result);
    first ??= rulings;
    const different = [...new Set([...first.keys(), ...rulings.keys()])].filter((key) => first!.get(key) !== rulings.get(key));
    for (const key of different) console.error(`${name}, run ${run}: ${key}: ${first.get(key)}, now ${rulings.get(key)}`);
    if (different.length > 0) differing++;
  }
  const mean = (tookMs / runs / 1000).toFixed(1);
  console.log(`| ${name} | ${runs} | ${first?.size ?? 0} | ${differing} | ${mean} s |`);
  return differing === 0;
}

if (import.meta.main) {
  // What was started is ended with this process.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const { values } = parseArgs({ options: OPTIONS });
  console.log("| subject | runs | rulings | runs that differ from the first | mean time |\n|---|---|---|---|---|");
  const alike: boolean[] = [];
  for (const name of values.subject ?? SUBJECTS) alike.push(await repeated(name, Number(values.runs), values.only));
  process.exit(alike.every(Boolean) ? 0 : 1);
}

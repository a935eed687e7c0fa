// Whether the probe sees from outside what a missing defence lets in: copies of the sources in which one defence after
// another is taken out, as scripts/probe-defences/ says, are run as our own server and worker, and attacked. Exactly the
// threats that were let in must be proven. `--only ID…` does so for some threats, or for what is let in by its name. It fails when another is proven, or one is not.
import { join } from "node:path";
import type { Profile } from "../packages/sallyport/src/probe/profile.ts";
import { probe, type ProbeResult } from "../packages/sallyport/src/probe/probe.ts";
import { Scratch } from "./defences/scratch.ts";
import { FROM_BEHIND } from "./probe-defences/behind.ts";
import { FROM_THE_FRONT } from "./probe-defences/front.ts";
import type { Opening } from "./probe-defences/opening.ts";

const ROOT = join(import.meta.dirname, "..");
const SIDE_BY_SIDE = 2;
const LANES = 3;

export const OPENINGS: readonly Opening[] = [...FROM_THE_FRONT, ...FROM_BEHIND];

/** What the probe has shown of our server and worker, with these defences taken out. */
export async function probedWithout({ edits, attacks, subject }: Opening, scratch: Scratch): Promise<ProbeResult> {
  return scratch.with(edits, async () => {
    const profile = await subjectIn(scratch.root, subject);
    return probe({ profile, seed: "defences", only: attacks, lanes: LANES });
  });
}

const SUBJECTS = ["subjects.ts", "subjects-on-brokers.ts"];
let readings = 0;

/** Read anew each time: what a subject is told may be changed, too. */
export async function subjectIn(root: string, name = "ours"): Promise<Profile> {
  readings++;
  for (const file of SUBJECTS) {
    const path = join(root, "packages", "sallyport", "test", "probe", file);
    const found = ((await import(`${path}?${readings}`)) as Readonly<Record<string, (() => Profile) | undefined>>)[name];
    if (found !== undefined) return found();
  }
  throw new Error(`no subject "${name}" in ${SUBJECTS.join(" and ")}`);
}

/** Proven threats, sorted; and what keeps the rest from being taken for withstood. */
export function shownBy({ verdicts, failure }: ProbeResult): { readonly threats: readonly string[]; readonly unclear: readonly string[] } {
  const cases = verdicts.flatMap((verdict) => verdict.cases);
  const threats = [...new Set(cases.filter(({ ruling }) => ruling === "proven").flatMap((one) => one.threats))].sort();
  const unclear = verdicts.flatMap(({ attack, cases: own }) =>
    own.flatMap(({ name, ruling, said }) => (ruling === "inconclusive" ? [`${attack}, ${name}: ${said}`] : [])),
  );
  return { threats, unclear: [...(failure === undefined ? [] : [failure]), ...unclear] };
}

async function prove(openings: readonly Opening[]): Promise<boolean> {
  console.log("| let in | without its defence | proven | |\n|---|---|---|---|");
  const queue = [...openings];
  let wrong = 0;
  const work = async (): Promise<void> => {
    const scratch = new Scratch(ROOT);
    try {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) if (!(await isSeen(one, scratch))) wrong++;
    } finally {
      scratch.remove();
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  console.log(`\n${openings.length} defences taken out, ${wrong} of which the probe did not see exactly what they let in`);
  return wrong === 0;
}

async function isSeen(opening: Opening, scratch: Scratch): Promise<boolean> {
  const { threats, unclear } = shownBy(await probedWithout(opening, scratch));
  const wanted = [...opening.threats].sort();
  const isExact = threats.join() === wanted.join() && unclear.length === 0;
  console.log(`| ${wanted.join(", ")} | ${opening.letsIn} | ${threats.join(", ")} | ${isExact ? "exactly" : "**not exactly**"} |`);
  for (const what of unclear) console.error(`  ${what}`);
  return isExact;
}

if (import.meta.main) {
  // What was started is ended with this process.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const at = process.argv.indexOf("--only");
  const only = at < 0 ? [] : process.argv.slice(at + 1);
  const openings = OPENINGS.filter(
    ({ threats, letsIn }) => only.length === 0 || only.some((one) => threats.includes(one) || letsIn === one),
  );
  if (openings.length === 0) console.error(`nothing is taken out for ${only.join(", ")}`);
  process.exit(openings.length > 0 && (await prove(openings)) ? 0 : 1);
}

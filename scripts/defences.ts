// Whether each test that names a threat would fail without its defence: in a copy of the sources one defence after
// another is taken out, as scripts/defences/ says, and a test whose title cites the threat must then fail.
// `--only ID` does so for one threat. It fails when a removal is not noticed, or no longer fits the source. `--brokers` does
// it for the adapters', on the brokers that run; with `--only NAME` for one broker's.
import { join } from "node:path";
import { ADAPTERS } from "./defences/adapters.ts";
import { Proof } from "./defences/proof.ts";
import type { OnBroker, Removal } from "./defences/removal.ts";
import { Scratch } from "./defences/scratch.ts";
import { REMOVALS, unproven } from "./defences/table.ts";

const ROOT = join(import.meta.dirname, "..");

async function prove(proof: Proof, removals: readonly Removal[]): Promise<boolean> {
  const failing = await proof.failingUnharmed(new Set(removals.map(({ threat }) => threat)));
  for (const title of failing) console.error(`with every defence in place: ${title}`);
  if (failing.length > 0) return false;
  console.log("| threat | without its defence | noticed by |\n|---|---|---|");
  let unnoticed = 0;
  for (const removal of removals) {
    const title = await proof.noticedBy(removal);
    if (title === undefined) unnoticed++;
    console.log(`| ${removal.threat} | ${removal.letsIn} | ${title ?? "**no test**"} |`);
  }
  console.log(`\n${removals.length} defences taken out, ${unnoticed} that no test noticed`);
  return unnoticed === 0;
}

async function proveOnBrokers(proof: Proof, removals: readonly OnBroker[]): Promise<boolean> {
  console.log("| broker | threat | without its defence | noticed by |\n|---|---|---|---|");
  let [unnoticed, unasked] = [0, 0];
  for (const removal of removals) {
    const failing = await proof.failsUnharmed(removal);
    if (failing !== undefined) {
      unasked++;
      console.error(`with every defence in place: ${failing}`);
      continue;
    }
    const title = await proof.noticedOn(removal);
    if (title === undefined) unnoticed++;
    console.log(`| ${removal.broker} | ${removal.threat} | ${removal.letsIn} | ${title ?? "**no test**"} |`);
  }
  console.log(
    `\n${removals.length - unasked} defences taken out, ${unnoticed} that no test noticed, ${unasked} whose test fails with them`,
  );
  return unnoticed === 0 && unasked === 0;
}

async function onBrokers(only: string | undefined): Promise<boolean> {
  const removals = ADAPTERS.filter(({ broker }) => only === undefined || broker === only);
  if (removals.length === 0) throw new Error(`nothing is taken out for ${only ?? "any broker"}`);
  const scratch = new Scratch(ROOT);
  try {
    for (const { edits } of removals) await scratch.with(edits, async () => undefined);
    return await proveOnBrokers(new Proof(scratch), removals);
  } finally {
    scratch.remove();
  }
}

async function main(only: string | undefined): Promise<boolean> {
  const removals = REMOVALS.filter(({ threat }) => only === undefined || threat === only);
  const lacking = only === undefined ? unproven(REMOVALS) : removals.length === 0 ? [only] : [];
  for (const id of lacking) console.error(`nothing is taken out for ${id}`);
  if (lacking.length > 0) return false;
  const scratch = new Scratch(ROOT);
  try {
    // All of them first: a table that has gone stale is said before minutes have passed.
    for (const { edits } of removals) await scratch.with(edits, async () => undefined);
    return await prove(new Proof(scratch), removals);
  } finally {
    scratch.remove();
  }
}

if (import.meta.main) {
  const at = process.argv.indexOf("--only");
  // What a test left open must not keep this from ending.
  const only = at < 0 ? undefined : process.argv[at + 1];
  process.exit((await (process.argv.includes("--brokers") ? onBrokers(only) : main(only))) ? 0 : 1);
}

// Says at the end of a run which tests did not run.
import { BROKERS } from "../scripts/brokers/list.ts";
import { running } from "../scripts/brokers/running.ts";

/** What takes minutes: whoever sets the variable runs it. */
const SLOW = [
  [
    "SLOW_BROKERS",
    "brokers that are ended, groups that change, clusters, hosts that are cut off from every broker, all points of all kills",
    "check:slow-brokers",
  ],
  ["SLOW_PROBE", "every attack of the probe, on every broker", "check:slow-probe"],
] as const;

export function teardown(): void {
  for (const [variable, what, script] of SLOW)
    if (process.env[variable] === undefined) console.log(`\nNot run: ${what}. \`npm run ${script}\` runs them.`);
  const here = new Set(running().map(({ name }) => name));
  const missing = BROKERS.filter(({ name }) => !here.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    console.log(`\nNot run: the tests that need ${missing.join(" or ")}. \`npm run check:brokers\` starts what they need and runs them.`);
}

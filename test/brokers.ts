// Says at the end of a run which brokers' tests did not run.
import { BROKERS } from "../scripts/brokers/list.ts";
import { running } from "../scripts/brokers/running.ts";

export function teardown(): void {
  const here = new Set(running().map(({ name }) => name));
  const missing = BROKERS.filter(({ name }) => !here.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    console.log(`\nNot run: the tests that need ${missing.join(" or ")}. \`npm run check:brokers\` starts what they need and runs them.`);
}

// `sallyport demo`: shows what each attack does to a server of the usual kind, and to ours.
import { Command } from "commander";
import { demonstrate } from "../demo/demo.ts";
import { keepServing } from "../demo/keep.ts";
import { tableOf } from "../demo/table.ts";
import { TARGETS } from "../demo/targets/targets.ts";

export function demoCommand(): Command {
  return new Command("demo")
    .description("Attack three servers, ours among them, and show what was observed. Ends with 1 when ours did not hold.")
    .option("--keep", "then leave a server and a worker running, and say how to connect an agent")
    .option("--json", "as JSON")
    .action(demo);
}

async function demo(options: { readonly keep?: boolean; readonly json?: boolean }): Promise<void> {
  const startedAt = performance.now();
  console.error("Starting three MCP servers with their workers and brokers, and attacking them; this takes about half a minute.");
  const rows = await demonstrate({ onObservation: () => process.stderr.write(".") });
  console.error("\n");
  const ours = TARGETS.findIndex(({ name }) => name === "sallyport");
  const held = rows.every(({ observations }) => observations[ours]?.held);
  if (options.json === true)
    console.log(
      JSON.stringify(
        rows.map(({ attack: { threats, title }, observations }) => ({ threats, title, observations })),
        null,
        2,
      ),
    );
  else console.log(tableOf(TARGETS, rows));
  console.error(`\n${held ? "Sallyport held." : "SALLYPORT DID NOT HOLD."} ${Math.round((performance.now() - startedAt) / 1000)} s.`);
  if (!held) process.exitCode = 1;
  if (options.keep === true) await keepServing();
}

// `capabilities` writes the table of docs/adapters.md from what the transports say; with --check it fails when the page
// has another. `laws REPORT` prints every adapter and every law from the JSON report of a run of the tests, and `laws`
// runs them, beside the brokers that run; it fails where a law is neither kept nor not a capability.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PAGE, pageWithTable, writePage } from "./adapters/capabilities.ts";
import { lawTable, type Report } from "./adapters/laws.ts";
import { ADAPTERS } from "./adapters/list.ts";

function reported(): Report {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-laws-"));
  const file = join(folder, "report.json");
  const tests = [...new Set(ADAPTERS.map(({ test }) => `packages/guard/test/adapters/${test}`))];
  try {
    spawnSync("npx", ["vitest", "run", ...tests, "--reporter=json", `--outputFile=${file}`], { stdio: ["ignore", "ignore", "inherit"] });
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [verb, argument] = process.argv.slice(2);
if (verb === "capabilities" && argument === "--check") {
  if (readFileSync(PAGE, "utf8") !== pageWithTable()) {
    console.error("docs/adapters.md has another table. Run: npx node scripts/adapters.ts capabilities");
    process.exitCode = 1;
  }
} else if (verb === "capabilities") writePage();
else if (verb === "laws") {
  const { text, faults } = lawTable(ADAPTERS, argument === undefined ? reported() : (JSON.parse(readFileSync(argument, "utf8")) as Report));
  console.log(text);
  for (const fault of faults) console.error(fault);
  console.log(
    `\n${ADAPTERS.length} adapters, ${faults.length === 0 ? "each law kept or not a capability" : `${faults.length} laws neither kept nor not a capability`}`,
  );
  if (faults.length > 0) process.exitCode = 1;
} else throw new Error("say `capabilities [--check]` or `laws [REPORT]`");

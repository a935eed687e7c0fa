// The audit beside Semgrep with rules for the same sources and sinks, and how the audit's time grows. README.md says how.
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureGrowth } from "./audit/growth.ts";
import { type Labelled, labelledIn, tallyOf } from "./audit/labels.ts";
import { sallyport } from "./audit/sallyport.ts";
import { semgrep } from "./audit/semgrep.ts";
import { measureInTurn } from "./audit/turns.ts";
import { auditTable, growthTable } from "./report.ts";

const HOME = fileURLToPath(new URL("..", import.meta.url));
const DEFAULT = ["examples", "packages/sallyport/src/demo", "packages/server/src"].map((folder) => join(HOME, folder));

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    labels: { type: "string" },
    rounds: { type: "string", default: "3" },
    growth: { type: "string" },
    semgrep: { type: "string", default: "semgrep" },
  },
});

const rounds = Number(given.rounds);
const folders = (positionals.length > 0 ? positionals : DEFAULT.filter((folder) => existsSync(folder))).map((folder) => resolve(folder));
const peer = semgrep(given.semgrep);
const subjects = peer === undefined ? [sallyport] : [sallyport, peer];
if (peer === undefined) console.error("Semgrep is not installed (`pip install semgrep`, or --semgrep PATH): only the audit is measured.");

const labels: readonly Labelled[] = given.labels === undefined ? [] : labelledIn(given.labels);
const figures = folders.map((folder) => {
  const label = labels.find((one) => one.folder === basename(folder));
  const measured = measureInTurn(subjects, folder, rounds);
  const found = label && measured.map(({ name, hits }) => ({ name, ...tallyOf(label, hits) }));
  if (!given.json) console.error(`${basename(folder)}: ${measured.map(({ name, cpuS }) => `${name} ${cpuS.toFixed(2)} s`).join(", ")}`);
  return { folder: basename(folder), measured, found };
});
const growth = measureGrowth(sallyport, given.growth ?? folders[0] ?? HOME, rounds);

if (given.json) console.log(JSON.stringify({ rounds, figures, growth }, undefined, 2));
else console.log([auditTable(figures), growthTable(growth)].join("\n"));

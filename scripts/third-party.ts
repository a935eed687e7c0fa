// Writes the tables of docs/third-party.md from reports: a folder that has, of each server that scripts/third-party/servers.ts
// names, what `sallyport audit … --format json` and `sallyport probe … --format json` said: NAME.audit.json, NAME.json, and
// NAME.part….json for attacks that were run again with --only. What the two disagree about and nobody has explained is a
// failure.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Audit } from "../packages/sallyport/src/finding/report-data.ts";
import { disagreements } from "./third-party/disagreements.ts";
import { evidenceList } from "./third-party/evidence.ts";
import { SERVERS } from "./third-party/servers.ts";
import { withPart } from "./third-party/report.ts";
import { serverTable, verdictTable } from "./third-party/tables.ts";

const PAGE = new URL("../docs/third-party.md", import.meta.url);

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("say the folder of the reports");

const read = (name: string): Audit => JSON.parse(readFileSync(join(folder, name), "utf8")) as Audit;
const partsOf = (id: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${id}.part`))
    .sort();
const reports = SERVERS.map((server) => {
  const parts = partsOf(server.id).map(read);
  return { server, audit: read(`${server.id}.audit.json`), probe: parts.reduce(withPart, read(`${server.id}.json`)) };
});
const unexplained = reports.flatMap((report) => disagreements(report).filter(({ why }) => why === undefined));
for (const { server, threat, audit, probe } of unexplained) console.error(`${server} ${threat}: audit ${audit}; probe ${probe}`);
if (unexplained.length > 0) throw new Error(`${unexplained.length} disagreements are not explained in scripts/third-party/explained.ts`);

const sections: Readonly<Record<string, string>> = {
  servers: serverTable(reports),
  verdicts: verdictTable(reports),
  evidence: reports.map(evidenceList).join("\n\n"),
  disagreements: [
    "| server | threat | the audit | the probe | why |",
    "| --- | --- | --- | --- | --- |",
    ...reports
      .flatMap(disagreements)
      .map(({ server, threat, audit, probe, why = "" }) => `| ${server} | ${threat} | ${audit} | ${probe} | ${why} |`),
  ].join("\n"),
};

let page = readFileSync(PAGE, "utf8");
for (const [name, text] of Object.entries(sections)) {
  const [begin, end] = [`<!-- ${name}: written by npx node scripts/third-party.ts -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/third-party.md has no ${begin} … ${end}`);
  page = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
writeFileSync(PAGE, page);

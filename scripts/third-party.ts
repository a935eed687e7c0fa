// Writes the tables of docs/third-party.md from reports: a folder that has, of each server that scripts/third-party/servers.ts
// names, what `sallyport audit … --format json` and `sallyport probe … --format json` said: NAME.audit.json, NAME.json, and
// NAME.part….json for attacks that were run again with --only. Of a server that has none there, the page keeps what it says.
// What the two disagree about and nobody has explained is a failure.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Audit } from "../packages/sallyport/src/finding/report-data.ts";
import { disagreements } from "./third-party/disagreements.ts";
import { evidenceList } from "./third-party/evidence.ts";
import { type Kept, keptFrom, sectionOf } from "./third-party/kept.ts";
import { isNew, type Reported, withPart } from "./third-party/report.ts";
import { SERVERS, type Third } from "./third-party/servers.ts";
import { serverTable, verdictTable } from "./third-party/tables.ts";

const PAGE = new URL("../docs/third-party.md", import.meta.url);

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("say the folder of the reports");

const read = (name: string): Audit => JSON.parse(readFileSync(join(folder, name), "utf8")) as Audit;
const partsOf = (id: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${id}.part`))
    .sort();
const reportOf = (server: Third): Reported => ({
  server,
  audit: read(`${server.id}.audit.json`),
  probe: partsOf(server.id)
    .map(read)
    .reduce(withPart, read(`${server.id}.json`)),
});
let page = readFileSync(PAGE, "utf8");
const all: readonly (Reported | Kept)[] = SERVERS.map((server) =>
  existsSync(join(folder, `${server.id}.json`)) ? reportOf(server) : keptFrom(page, server),
);
const unexplained = all.filter(isNew).flatMap((report) => disagreements(report).filter(({ why }) => why === undefined));
for (const { server, threat, audit, probe } of unexplained) console.error(`${server} ${threat}: audit ${audit}; probe ${probe}`);
if (unexplained.length > 0) throw new Error(`${unexplained.length} disagreements are not explained in scripts/third-party/explained.ts`);

const rowsOf = (report: Reported): readonly string[] =>
  disagreements(report).map(({ server, threat, audit, probe, why = "" }) => `| ${server} | ${threat} | ${audit} | ${probe} | ${why} |`);

const sections: Readonly<Record<string, string>> = {
  servers: serverTable(all),
  verdicts: verdictTable(all),
  evidence: all.map((one) => (isNew(one) ? evidenceList(one) : one.evidence)).join("\n\n"),
  disagreements: [
    "| server | threat | the audit | the probe | why |",
    "| --- | --- | --- | --- | --- |",
    ...all.flatMap((one) => (isNew(one) ? rowsOf(one) : one.disagreements)),
  ].join("\n"),
};

for (const [name, text] of Object.entries(sections)) {
  const [from, to] = sectionOf(page, name);
  page = `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`;
}
writeFileSync(PAGE, page);

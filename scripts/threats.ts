// Which threats of docs/threats.md a test names, and which none does; and which rules of the audit find them. `--strict`
// fails on a gap among the rows that are the guard's, or the audit's. It reads titles and runs nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Threat {
  readonly id: string;
  readonly title: string;
  readonly where: readonly string[];
  /** Of the audit. */
  readonly rules: readonly string[];
}

interface Coverage extends Threat {
  readonly tests: readonly string[];
}

const ROOT = join(import.meta.dirname, "..");
/** The guard's by nature, and kept outside its code: the console. */
const ELSEWHERE = new Set(["OPS-03"]);
const ID = /\b(?:PUB|DST|REP|PSN|OPS)-\d\d\b/;
const CITED = new RegExp(`\\[(${ID.source})\\]`, "g");

export function parseCatalogue(markdown: string): readonly Threat[] {
  return markdown.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const id = ID.exec(cells[1] ?? "")?.[0];
    if (id === undefined || !line.startsWith("|") || cells.length < 5) return [];
    const rules = [...(cells[5] ?? "").matchAll(/`([\w-]+)`/g)].map(([, rule = ""]) => rule);
    return { id, title: cells[2] ?? "", where: (cells[4] ?? "").split(/\s+/), rules };
  });
}

/** Tests by threat id: a file is named once for each title, or line, that cites the id. */
export function citations(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const cited = new Map<string, string[]>();
  for (const [path, text] of files) {
    for (const [, id = ""] of text.matchAll(CITED)) cited.set(id, [...(cited.get(id) ?? []), path]);
  }
  return cited;
}

export function coverage(catalogue: readonly Threat[], cited: ReadonlyMap<string, readonly string[]>): readonly Coverage[] {
  return catalogue.map((threat) => ({ ...threat, tests: cited.get(threat.id) ?? [] }));
}

/** Whether the guard's own code stops it. */
export const isTheGuards = ({ id, where }: Threat): boolean => where.includes("G") && !ELSEWHERE.has(id);

export const gapsOf = (rows: readonly Coverage[]): readonly Coverage[] => rows.filter((row) => isTheGuards(row) && row.tests.length === 0);

/** What the audit should find, and no rule does. */
export const unruled = (catalogue: readonly Threat[]): readonly Threat[] =>
  catalogue.filter(({ where, rules }) => where.includes("A") && rules.length === 0);

/** Tests, and the laws that packages publish for tests to run. */
export function readTests(): ReadonlyMap<string, string> {
  const packages = readdirSync(join(ROOT, "packages"));
  const folders = ["test", ...packages.flatMap((name) => [`packages/${name}/test`, `packages/${name}/src/testing`])];
  return new Map(folders.flatMap(filesIn).map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

export const readCatalogue = (): readonly Threat[] => parseCatalogue(readFileSync(join(ROOT, "docs/threats.md"), "utf8"));

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `${folder}/${path.replaceAll("\\", "/")}`);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  }
}

function report(rows: readonly Coverage[]): string {
  const lines = rows.map(({ id, where, tests, rules }) => {
    const files = [...new Set(tests)].map((path) => path.split("/").at(-1)).join(", ");
    return `${id}  ${where.join(" ").padEnd(5)}  ${String(tests.length).padStart(3)}  ${[files, ...rules.map((rule) => `[${rule}]`)].join("  ")}`;
  });
  const counted = (gaps: readonly Threat[]): string =>
    `${gaps.length}${gaps.length === 0 ? "" : ` (${gaps.map(({ id }) => id).join(", ")})`}`;
  const said = `${counted(gapsOf(rows))} of the guard's without a test, ${counted(unruled(rows))} of the audit's without a rule`;
  return [...lines, "", `${rows.length} threats, ${said}`].join("\n");
}

if (import.meta.main) {
  const rows = coverage(readCatalogue(), citations(readTests()));
  console.log(report(rows));
  if (process.argv.includes("--strict") && gapsOf(rows).length + unruled(rows).length > 0) process.exitCode = 1;
}

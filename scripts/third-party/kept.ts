// What the page already says of a server that no report is there of: it stays as it is.
import { plain } from "./report.ts";
import type { Third } from "./servers.ts";

export interface Kept {
  readonly server: Third;
  /** Of the table of servers, without its number. */
  readonly row: string;
  /** Of each attack, as the table of verdicts has it. */
  readonly cells: ReadonlyMap<string, string>;
  readonly evidence: string;
  readonly disagreements: readonly string[];
}

export const NOT_APPLICABLE = "–";

/** Between the two comments of a section. */
export function sectionOf(page: string, name: string): readonly [from: number, to: number] {
  const [begin, end] = [`<!-- ${name}: written by npx node scripts/third-party.ts -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/third-party.md has no ${begin} … ${end}`);
  return [from + begin.length, to];
}

const cellsOf = (line: string): readonly string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** @throws {Error} where the page does not know it. */
export function keptFrom(page: string, server: Third): Kept {
  const rows = (name: string): readonly (readonly string[])[] =>
    page
      .slice(...sectionOf(page, name))
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map(cellsOf);
  const name = plain(server.package);
  const servers = rows("servers").slice(2);
  const own = servers.find((cells) => cells[1] === name);
  const heading = `### ${server.package} ${server.version}`;
  const evidence = page
    .slice(...sectionOf(page, "evidence"))
    .split(/^(?=### )/m)
    .find((part) => part.startsWith(`${heading}\n`));
  if (own === undefined || evidence === undefined)
    throw new Error(`there is no report of ${server.id}, and docs/third-party.md has nothing of it`);
  const column = servers.indexOf(own) + 2;
  const none = /Not applicable to any of them: (.*)\.$/m.exec(page.slice(...sectionOf(page, "verdicts")))?.[1] ?? "";
  return {
    server,
    row: own.slice(1).join(" | "),
    cells: new Map([
      ...[...none.matchAll(/`(.*?)`/g)].map(([, attack = ""]) => [attack, NOT_APPLICABLE] as const),
      ...rows("verdicts").map((cells) => [cells[0]!.replaceAll("`", ""), cells[column]!] as const),
    ]),
    evidence: evidence.trim(),
    disagreements: rows("disagreements")
      .filter((cells) => cells[0] === server.package)
      .map((cells) => `| ${cells.join(" | ")} |`),
  };
}

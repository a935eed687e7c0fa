// The table of docs/adapters.md, from what each transport says of itself: prose about a capability goes stale, and what
// the consumer goes by does not.
import { readFileSync, writeFileSync } from "node:fs";
import { ADAPTERS, type Adapter, type Carrier } from "./list.ts";

export const PAGE = new URL("../../docs/adapters.md", import.meta.url);
const [BEGIN, END] = ["<!-- written by npx node scripts/adapters.ts capabilities -->", "<!-- end -->"];

const COLUMNS: readonly (readonly [heading: string, has: (carrier: Carrier) => boolean | string])[] = [
  ["acknowledges", ({ capabilities }) => capabilities.acknowledges],
  ["delays retries in the broker", ({ capabilities }) => capabilities.delayedRetry],
  ["order by key", ({ capabilities }) => capabilities.ordersByKey],
  ["vouches for the enqueue time", ({ capabilities }) => capabilities.vouchesEnqueueTime],
  ["outlives its process", ({ capabilities }) => capabilities.persists],
  ["keeps for", ({ capabilities }) => keptFor(capabilities.retentionMs)],
  ["can be browsed", (carrier) => carrier.browse !== undefined],
];

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
];

function keptFor(ms: number | undefined): string {
  if (ms === undefined) return "ever";
  if (ms === 0) return "no time";
  const [unit, unitMs] = UNITS.find(([, each]) => ms % each === 0) ?? ["ms", 1];
  const count = ms / unitMs;
  return unit === "ms" ? `${count} ms` : `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** A row; what a user may say is said where it makes a difference. */
function rowOf({ name, file, make }: Adapter): readonly string[] {
  const [silent, said] = [make({}), make({ vouchesEnqueueTime: true })];
  const cells = COLUMNS.map(([, has]) => {
    const [plain, then] = [has(silent), has(said)];
    if (typeof plain === "string") return plain;
    return plain ? "yes" : then === true ? "if it is said to" : "no";
  });
  return [name, `\`adapters/${file.replace(/\.ts$/, "")}\``, ...cells];
}

export function capabilityTable(): string {
  const rows = [["broker", "import", ...COLUMNS.map(([heading]) => heading)], ...ADAPTERS.map(rowOf)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}

/** The page as it should be. @throws {Error} when it has no place for the table. */
export function pageWithTable(): string {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/adapters.md has no ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${capabilityTable()}\n\n${page.slice(end)}`;
}

export const writePage = (): void => writeFileSync(PAGE, pageWithTable());

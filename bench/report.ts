// Figures as tables for people.
import type { Growth } from "./audit/growth.ts";
import type { Tally } from "./audit/labels.ts";
import type { Measured } from "./audit/turns.ts";
import type { LaneFigure } from "./brokers.ts";
import type { ClaimFigure } from "./claims.ts";
import type { DurableFigure } from "./durable.ts";
import type { Figure } from "./measure.ts";
import type { PoisonFigure } from "./poison.ts";

type Row = readonly string[];

/** The first and the last column are words, the others numbers. */
function table(title: string, head: Row, rows: readonly Row[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const isText = (column: number): boolean => column === 0 || head[column] === "";
  const line = (row: Row): string =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("   ")
      .trimEnd();
  return ["", title, "=".repeat(title.length), ...all.map(line)].join("\n");
}

const micros = (value: number): string => value.toFixed(1);
const range = ([low, high]: readonly [number, number]): string => `${low.toFixed(1)}-${high.toFixed(1)}`;
const whole = (value: number): string => Math.round(value).toLocaleString("en");
const wholeRange = ([low, high]: readonly [number, number]): string => `${whole(low)}-${whole(high)}`;
const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;

/** Ratios are to the first row, which does the least. */
export const costTable =
  (title: string) =>
  (figures: readonly Figure[]): string => {
    const least = figures[0]?.cpuUs ?? Number.NaN;
    return table(
      title,
      ["", "CPU µs", "rounds", "wall µs", "ratio", ""],
      figures.map(({ name, does, cpuUs, spread, wallUs }) => [
        name,
        micros(cpuUs),
        range(spread),
        micros(wallUs),
        (cpuUs / least).toFixed(1),
        does,
      ]),
    );
  };

export const durableTable = (figures: readonly DurableFigure[]): string =>
  table(
    "Embedded, durable, end to end",
    ["", "events/s", "rounds", "CPU µs"],
    figures.map(({ callers, concurrency, perSecond, spread, cpuUs }) => [
      `${callers} callers, ${concurrency} in work`,
      whole(perSecond),
      wholeRange(spread),
      micros(cpuUs),
    ]),
  );

export const claimTable = (figures: readonly ClaimFigure[]): string =>
  table(
    "Claims on disk",
    ["", "claims/s", "rounds", "CPU µs"],
    figures.map(({ batch, perSecond, spread, cpuUs }) => [`${batch} at once`, whole(perSecond), wholeRange(spread), micros(cpuUs)]),
  );

export const poisonTable = (figures: readonly PoisonFigure[]): string =>
  table(
    "Half of the traffic is poison, embedded and durable",
    ["", "honest/s", "of clean", "by CPU"],
    figures.map(({ poison, perSecond, share, cpuShare }) => [poison, whole(perSecond), percent(share), percent(cpuShare)]),
  );

interface AuditFigure {
  readonly folder: string;
  readonly measured: readonly Measured[];
  readonly found: readonly (Tally & { readonly name: string })[] | undefined;
}

const seconds = (value: number): string => value.toFixed(2);

/** A row for each folder and scanner, and one of all folders for each scanner. */
export function auditTable(figures: readonly AuditFigure[]): string {
  const names = figures[0]?.measured.map(({ name }) => name) ?? [];
  const rows = figures.flatMap(({ folder, measured, found }) =>
    measured.map((one) => ({ folder, ...one, tally: found?.find(({ name }) => name === one.name) })),
  );
  const all = names.map((name) => inAll(rows.filter((row) => row.name === name)));
  return table(
    "Audit: whole processes on the same folders",
    ["", "by", "lines", "CPU s", "wall s", "lines/CPU s", "lines/s", "MiB", "hits", "found", "on safe"],
    [...rows, ...all].map(({ folder, name, lines, cpuS, wallS, peakMiB, hits, tally }) => [
      folder,
      name,
      whole(lines),
      seconds(cpuS),
      seconds(wallS),
      whole(lines / cpuS),
      whole(lines / wallS),
      whole(peakMiB),
      String(hits.length),
      tally === undefined ? "-" : `${tally.found}/${tally.labels}`,
      tally === undefined ? "-" : String(tally.onSafe),
    ]),
  );
}

type AuditRow = Measured & { readonly folder: string; readonly tally: Tally | undefined };

function inAll(rows: readonly AuditRow[]): AuditRow {
  const sum = (of: (row: AuditRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    folder: "all",
    name: rows[0]?.name ?? "",
    lines: sum(({ lines }) => lines),
    cpuS: sum(({ cpuS }) => cpuS),
    wallS: sum(({ wallS }) => wallS),
    peakMiB: Math.max(...rows.map(({ peakMiB }) => peakMiB)),
    hits: rows.flatMap(({ hits }) => hits),
    tally: {
      labels: sum(({ tally }) => tally?.labels ?? 0),
      found: sum(({ tally }) => tally?.found ?? 0),
      onSafe: sum(({ tally }) => tally?.onSafe ?? 0),
      missed: rows.flatMap(({ tally }) => tally?.missed ?? []),
    },
  };
}

/** Ratios are to the project alone, and to the row before: twice as much of the same should be 2. */
export const growthTable = (figures: readonly Growth[]): string =>
  table(
    "Audit: a project beside its own copies",
    ["times", "lines", "CPU s", "of one", "of before", "MiB", "hits"],
    figures.map(({ times, lines, cpuS, peakMiB, hits }, index) => [
      `x${times}`,
      whole(lines),
      seconds(cpuS),
      (cpuS / (figures[0]?.cpuS ?? cpuS)).toFixed(2),
      (cpuS / (figures[index - 1]?.cpuS ?? cpuS)).toFixed(2),
      whole(peakMiB),
      String(hits),
    ]),
  );

const DOORS = { alone: "publish, one call after another", publish: "publish, 64 calls together", consume: "consume" } as const;
const DOOR = ["a second", "ratio", "CPU µs", "Redis"] as const;

/** Ratios are to the raw client of the same broker. */
export const brokerTable = (figures: readonly LaneFigure[]): string =>
  Object.entries(DOORS)
    .map(([door, title]) => [door as keyof typeof DOORS, title] as const)
    .map(([door, title]) =>
      table(
        `On brokers, ${title}`,
        ["", ...DOOR, ""],
        figures.map(({ lane, subject, rates }) => {
          const raw = figures.find((one) => one.lane === lane)!.rates[door];
          const { perSecond, cpuUs, redisCommands } = rates[door];
          return [lane, whole(perSecond), (perSecond / raw.perSecond).toFixed(2), cpuUs.toFixed(1), redisCommands.toFixed(2), subject];
        }),
      ),
    )
    .join("\n");

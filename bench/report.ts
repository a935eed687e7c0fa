// Figures as tables for people.
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

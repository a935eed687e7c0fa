// Figures as a table for people.
import type { Figure } from "./measure.ts";

export function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row, index) =>
    row
      .map((cell, column) => (column === 0 || index === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return `\n${title}\n${"-".repeat(title.length)}\n${lines.join("\n")}`;
}

/** Beside the first of them, which is the least that can be done. */
export function costs(title: string, figures: readonly Figure[]): string {
  const least = figures[0]?.cpuUs ?? Number.NaN;
  const rows = figures.map(({ name, does, cpuUs, spread, wallUs }) => [
    name,
    cpuUs.toFixed(2),
    `${spread[0].toFixed(1)}-${spread[1].toFixed(1)}`,
    wallUs.toFixed(2),
    (cpuUs / least).toFixed(2),
    ` ${does}`,
  ]);
  return table(title, [["", "CPU us", "lowest-highest", "wall us", "ratio", " what it does for one message"], ...rows]);
}

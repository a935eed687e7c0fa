// The table of attack × target.
import { styleText } from "node:util";
import type { Attack, Observation } from "./attacks/attack.ts";
import type { Target } from "./targets/targets.ts";

export interface Row {
  readonly attack: Attack;
  readonly observations: readonly Observation[];
}

const WIDTHS = { threats: 14, title: 52, cell: 34 };

export function tableOf(targets: readonly Target[], rows: readonly Row[]): string {
  const head = [pad("threat", WIDTHS.threats), pad("attack", WIDTHS.title), ...targets.map(({ title }) => pad(title, WIDTHS.cell))].join(
    "  ",
  );
  const lines = rows.flatMap(({ attack, observations }) => lineOf(attack, observations));
  const totals = targets.map((_, index) => {
    const count = rows.filter(({ observations }) => observations[index]?.held).length;
    return pad(`held ${count} of ${rows.length}`, WIDTHS.cell);
  });
  const foot = [pad("", WIDTHS.threats), pad("", WIDTHS.title), ...totals].join("  ");
  return [styleText("bold", head), "─".repeat(head.length), ...lines, "─".repeat(head.length), styleText("bold", foot)].join("\n");
}

/** Cells that do not fit go on below. */
function lineOf({ threats, title }: Attack, observations: readonly Observation[]): readonly string[] {
  const cells = [
    wrap(threats.join(" "), WIDTHS.threats),
    wrap(title, WIDTHS.title),
    ...observations.map(({ held, saw }) => wrap(`${held ? "✓" : "✗"} ${saw}`, WIDTHS.cell)),
  ];
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => {
        const width = column === 0 ? WIDTHS.threats : column === 1 ? WIDTHS.title : WIDTHS.cell;
        const text = pad(cell[line] ?? "", width);
        const observation = observations[column - 2];
        return observation === undefined ? text : styleText(observation.held ? "green" : "red", text);
      })
      .join("  ")
      .trimEnd(),
  );
}

const pad = (text: string, width: number): string => text.padEnd(width);

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

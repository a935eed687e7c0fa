// What the probe says of each attack, on a terminal: a line for each, and for what was proven the commands that show it.
import type { Audit } from "../finding/report-data.ts";
import type { Ruling } from "../finding/verdict.ts";
import { escaped } from "./escape.ts";
import { rulingCounts } from "./rulings.ts";
import { type Ink, type Paint, wrapped } from "./terminal.ts";

const MARKS: Readonly<Record<Ruling, readonly [string, Ink]>> = {
  proven: ["✗", "red"],
  withstood: ["✓", "green"],
  inconclusive: ["?", "yellow"],
  "not-applicable": ["·", "dim"],
};

export function rulingLines({ probe }: Audit, width: number, paint: Paint): readonly string[] {
  if (probe === undefined) return [];
  const lines = probe.verdicts.flatMap(({ attack, ruling, said, cases }) => {
    const [mark, ink] = MARKS[ruling];
    const proven = cases.find((one) => one.ruling === "proven");
    return [
      `    ${paint(ink, `${mark} ${ruling.padEnd(14)}`)} ${paint("bold", attack)}`,
      ...wrapped(escaped(said), width - 8).map((line) => `        ${ruling === "not-applicable" ? paint("dim", line) : line}`),
      ...(proven?.reproduce.slice(0, 1) ?? []).map((command) => `        ${paint("cyan", escaped(command))}`),
    ];
  });
  return [[`  ${paint("bold", `Attacks: ${rulingCounts(probe)}`)}`, ...lines].join("\n")];
}

// What the probe says of each attack, on a terminal: a line for each, and for what was proven the commands that show it.
import type { Audit } from "../finding/report-data.ts";
import type { AttackVerdict, Ruling } from "../finding/verdict.ts";
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
  // The same reason for each; it is said once, with what was probed.
  if (probe.failure !== undefined) return [`  ${paint("bold", `Attacks: ${rulingCounts(probe)}`)}`];
  const [none, judged] = partition(probe.verdicts);
  const lines = judged.flatMap(({ attack, ruling, said, cases }) => {
    const [mark, ink] = MARKS[ruling];
    const proven = cases.find((one) => one.ruling === "proven");
    return [
      `    ${paint(ink, `${mark} ${ruling.padEnd(14)}`)} ${paint("bold", attack)}`,
      ...wrapped(escaped(said), width - 8).map((line) => `        ${line}`),
      ...(proven?.reproduce.slice(0, 1) ?? []).map((command) => `        ${paint("cyan", escaped(command))}`),
    ];
  });
  // Of what there was nothing to attack, the reasons are few.
  const [mark, ink] = MARKS["not-applicable"];
  const reasons = [...Map.groupBy(none, ({ said }) => said)].flatMap(([said, verdicts]) => [
    ...wrapped(escaped(said), width - 6).map((line, n) => `    ${paint(ink, `${n === 0 ? mark : " "} ${line}`)}`),
    ...wrapped(verdicts.map(({ attack }) => attack).join(", "), width - 8).map((line) => paint("dim", `        ${line}`)),
  ]);
  if (none.length > 0) lines.push(`    ${paint("dim", "not applicable:")}`, ...reasons);
  return [[`  ${paint("bold", `Attacks: ${rulingCounts(probe)}`)}`, ...lines].join("\n")];
}

function partition(verdicts: readonly AttackVerdict[]): readonly [none: readonly AttackVerdict[], judged: readonly AttackVerdict[]] {
  const isNone = ({ ruling }: AttackVerdict): boolean => ruling === "not-applicable";
  return [verdicts.filter(isNone), verdicts.filter((verdict) => !isNone(verdict))];
}

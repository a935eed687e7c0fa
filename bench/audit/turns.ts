// Every scanner in every round, in turn, so that a slow minute falls on all of them. What it found must not depend on
// the round.
import { median } from "../measure.ts";
import type { Hit, Scan, Scanner } from "./subject.ts";

export interface Measured {
  readonly name: string;
  readonly lines: number;
  readonly wallS: number;
  readonly cpuS: number;
  readonly peakMiB: number;
  readonly hits: readonly Hit[];
}

export function measureInTurn(scanners: readonly Scanner[], folder: string, rounds: number): readonly Measured[] {
  const scans = scanners.map((): Scan[] => []);
  for (let round = 0; round < rounds; round++) for (const [index, scanner] of scanners.entries()) scans[index]?.push(scanner.scan(folder));
  return scanners.map(({ name }, index) => settled(name, scans[index] ?? []));
}

function settled(name: string, scans: readonly Scan[]): Measured {
  const [first] = scans;
  if (first === undefined) throw new Error("at least one round");
  if (scans.some(({ hits }) => hits.length !== first.hits.length)) throw new Error(`${name} did not find the same in every round`);
  return {
    name,
    lines: first.lines,
    hits: first.hits,
    wallS: median(scans.map((scan) => scan.wallS)),
    cpuS: median(scans.map((scan) => scan.cpuS)),
    peakMiB: median(scans.map((scan) => scan.peakMiB)),
  };
}

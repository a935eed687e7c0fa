// A project beside its own copies: twice as much of the same must take about twice as long.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../measure.ts";
import type { Scanner } from "./subject.ts";

export interface Growth {
  readonly times: number;
  readonly lines: number;
  readonly cpuS: number;
  readonly peakMiB: number;
  readonly hits: number;
}

const TIMES = [1, 2, 4, 8];

export function measureGrowth(scanner: Scanner, folder: string, rounds: number): readonly Growth[] {
  const home = mkdtempSync(join(tmpdir(), "sallyport-growth-"));
  try {
    for (const times of TIMES)
      for (let copy = 0; copy < times; copy++) cpSync(folder, join(home, `x${times}`, `copy${copy}`), { recursive: true, filter });
    return TIMES.map((times) => {
      const scans = Array.from({ length: rounds }, () => scanner.scan(join(home, `x${times}`)));
      return {
        times,
        lines: scans[0]?.lines ?? 0,
        hits: scans[0]?.hits.length ?? 0,
        cpuS: median(scans.map(({ cpuS }) => cpuS)),
        peakMiB: median(scans.map(({ peakMiB }) => peakMiB)),
      };
    });
  } finally {
    rmSync(home, { recursive: true });
  }
}

const filter = (path: string): boolean => !/[/\\](?:node_modules|\.git)$/.test(path);

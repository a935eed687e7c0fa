// A child as a whole: its time, the time of its children, and the memory of the largest of them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Ran {
  readonly wallS: number;
  /** User and system time, children included. */
  readonly cpuS: number;
  readonly peakMiB: number;
  readonly output: string;
}

const GNU_TIME = "/usr/bin/time";

/** GNU time, because Node tells of its own children only what they held together with it. */
export function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Ran {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
  try {
    const used = join(folder, "used");
    const child = spawnSync(GNU_TIME, ["-q", "-f", "%e %U %S %M", "-o", used, command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    if (child.error !== undefined) throw new Error(`${GNU_TIME} (GNU time) is needed`, { cause: child.error });
    // 1 is what both end with when they find something.
    if (child.status !== 0 && child.status !== 1) throw new Error(`${command} ended with ${child.status}: ${child.stderr}`);
    const [wallS = 0, userS = 0, systemS = 0, peakKiB = 0] = readFileSync(used, "utf8").trim().split(" ").map(Number);
    return { wallS, cpuS: userS + systemS, peakMiB: peakKiB / 1024, output: child.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// How much a process has worked, as the system says: a busy machine is not the fault of the file that is being read.
import { readFileSync } from "node:fs";

/** Linux counts in hundredths of a second, whatever its clock. */
const MS_A_TICK = 10;

/** Nothing where the system does not say. */
export function spentMs(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name, which may hold anything, user and system time are the twelfth and thirteenth.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
  } catch {
    return undefined;
  }
}

export interface Work {
  /** Since it was begun: of the process's own time where that is known, else by the clock. */
  usedMs(): number;
  /** It did next to nothing since it was last asked: it waits for something that may never come. */
  isIdle(): boolean;
}

/** A hundredth of one processor is little even on a machine that many share. */
const LEAST_SHARE = 0.01;

export function workOf(pid: number | undefined): Work {
  const begunMs = performance.now();
  const before = spentMs(pid);
  let lastMs = begunMs;
  let last = before;
  return {
    usedMs() {
      const now = spentMs(pid);
      return before === undefined || now === undefined ? performance.now() - begunMs : now - before;
    },
    isIdle() {
      const now = spentMs(pid);
      if (last === undefined || now === undefined) return false;
      const idle = now - last < (performance.now() - lastMs) * LEAST_SHARE;
      last = now;
      lastMs = performance.now();
      return idle;
    },
  };
}

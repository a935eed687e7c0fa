// Which processes bear which mark in their environment, where the system shows it: Linux, of one's own processes. Elsewhere
// none do, and a group of processes has to serve.
import { readdirSync, readFileSync } from "node:fs";

/** The variable that a target is started with; what it starts inherits it. */
export const MARK = "SALLYPORT_PROBE";
/** Between fork and exec a process has its parent's environment: who bears no mark is looked at again for as long. */
const SETTLES_WITHIN_MS = 5000;
/** Numbers are given anew: who was not looked at for longer may be another. */
const STAYS_KNOWN_MS = 5000;
/** Since when, of those that bear none. Reading all environments of a busy machine takes longer than all else here. */
const strangers = new Map<number, number>();
let lookedAtMs = 0;

/** Processes by their mark, as of now: whoever bears one has been read just now, since numbers are given anew. */
export function marked(): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  const nowMs = performance.now();
  if (nowMs - lookedAtMs > STAYS_KNOWN_MS) strangers.clear();
  lookedAtMs = nowMs;
  const here = new Set(processes());
  for (const pid of strangers.keys()) if (!here.has(pid)) strangers.delete(pid);
  for (const pid of here) {
    const sinceMs = strangers.get(pid) ?? nowMs;
    if (nowMs - sinceMs > SETTLES_WITHIN_MS) continue;
    const mark = markOf(pid);
    if (mark === undefined) strangers.set(pid, sinceMs);
    else found.set(mark, [...(found.get(mark) ?? []), pid]);
  }
  return found;
}

/** Resident. */
export const megabytesOf = (pid: number): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readOr(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** Whether any thread of it is not stopped. */
export function moves(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((thread) => !/^\d+ \(.*\) [Tt]/s.test(readOr(`/proc/${pid}/task/${thread}/stat`)));
  } catch {
    return false;
  }
}

const BEARS = new RegExp(`(?:^|\0)${MARK}=([^\0]*)\0`);
const markOf = (pid: number): string | undefined => BEARS.exec(readOr(`/proc/${pid}/environ`))?.[1];

function processes(): readonly number[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

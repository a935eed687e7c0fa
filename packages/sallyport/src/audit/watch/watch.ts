// Runs an audit in a process that can be ended, so that no project can hang it or take all memory: a thread that runs
// out of memory may take its process with it. What an audit did not survive is left out and named, and it is tried
// again; where no file is to blame, it ends with an error.
import { fork } from "node:child_process";
import type { Audit } from "../../finding/report-data.ts";
import type { ErrorCode } from "@sallyport/guard";
import type { AuditRequest, Progress } from "../audit.ts";
import { type AuditCode, AuditError } from "../failure.ts";
import { workOf } from "./spent.ts";

export interface WatchOptions {
  /** For the whole. */
  readonly timeoutMs: number;
  /** What runs in the process; tests have some of their own. */
  readonly entry?: URL;
  /** For reading one file, of processor time where the system says it: what is read must not depend on what else runs. */
  readonly fileTimeoutMs: number;
  readonly memoryMb: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const WATCH: WatchOptions = { timeoutMs: 300_000, fileTimeoutMs: 20_000, memoryMb: 4096 };

/** Times that a file is left out before giving up. */
const MOST_TRIES = 8;

/** Of the eight megabytes that a process is given as a rule; what descends too deep for it is an error, not a crash. */
const STACK_KB = 6000;
const MOST_ERROR_TEXT = 8192;
const MOST_OFTEN_MS = 1000;

/** What the process says. */
export type Told =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly audit: Audit }
  | { readonly kind: "failed"; readonly message: string; readonly error: Failed | undefined };

export interface Failed {
  readonly type: "audit" | "guard";
  readonly code: string;
  readonly what: string;
  readonly place: string;
  readonly remedy: string;
}

export async function watchedAudit(request: AuditRequest, options: WatchOptions = WATCH): Promise<Audit> {
  const endsAtMs = performance.now() + options.timeoutMs;
  const without = [...(request.without ?? [])];
  for (let tries = 1; ; tries++) {
    const ended = await attempt({ ...request, without }, options, endsAtMs);
    if ("audit" in ended) return ended.audit;
    if (ended.file === undefined || tries >= MOST_TRIES) throw ended.error;
    without.push([ended.file, ended.why]);
  }
}

type Ended = { readonly audit: Audit } | { readonly error: Error; readonly why: string; readonly file: string | undefined };

// The process's entry stands beside this file: as TypeScript in the sources, as JavaScript in what is published.
const ENTRY = new URL(`./process${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url);

function attempt(
  request: AuditRequest,
  { entry = ENTRY, fileTimeoutMs, memoryMb, onProgress, timeoutMs }: WatchOptions,
  endsAtMs: number,
): Promise<Ended> {
  const child = fork(entry, [], {
    execArgv: [...process.execArgv, `--max-old-space-size=${memoryMb}`, `--stack-size=${STACK_KB}`],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (data: Buffer) => (errors = (errors + data.toString()).slice(-MOST_ERROR_TEXT)));
  let last: Progress = { phase: "read" };
  return new Promise<Ended>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const end = (ended: Ended): void => {
      over = true;
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(ended);
    };
    const limit = (): void => {
      clearTimeout(timer);
      const work = workOf(child.pid);
      const wait = (): void => {
        const left = Math.max(0, endsAtMs - performance.now());
        const mayMs = Math.max(MOST_OFTEN_MS, fileTimeoutMs - work.usedMs());
        if (last.phase !== "lower" || mayMs >= left) timer = setTimeout(() => end(overdue(last, timeoutMs, false)), left);
        else
          timer = setTimeout(
            () => (work.usedMs() >= fileTimeoutMs || work.isIdle() ? end(overdue(last, fileTimeoutMs, true)) : wait()),
            mayMs,
          );
      };
      wait();
    };
    limit();
    child.send(request);
    child.on("message", (message) => {
      const told = message as Told;
      if (told.kind === "done") return end({ audit: told.audit });
      if (told.kind === "failed") {
        over = true;
        return void errorOf(told).then((error) => end({ error, why: told.message, file: undefined }));
      }
      last = told.progress;
      limit();
      onProgress?.(last);
    });
    child.on("error", (error) => !over && end(fallen(error, last, undefined)));
    child.on("close", (code, signal) => {
      if (over) return;
      const isMemory = /heap out of memory|Reached heap limit/.test(errors);
      end(fallen(new Error(`its process ended with ${code ?? signal}`, { cause: errors }), last, isMemory ? memoryMb : undefined));
    });
  });
}

function overdue(last: Progress, ms: number, ofFile: boolean): Ended {
  const why = `reading it took longer than ${ms / 1000} s`;
  const error = new AuditError("ERR_AUDIT_TIME", `the audit took longer than ${ms / 1000} s`, {
    place: placeOf(last),
    remedy: "Give it more with --timeout, audit a part of the project, or exclude what is not yours in sallyport.audit.yaml.",
  });
  return { error, why, file: ofFile ? last.file : undefined };
}

/** `memoryMb`: where that was too little. */
function fallen(cause: Error, last: Progress, memoryMb: number | undefined): Ended {
  const isMemory = memoryMb !== undefined;
  const why = isMemory ? `reading it took more than ${memoryMb} MiB of memory` : `reading it ended the audit (${cause.message})`;
  const error = isMemory
    ? new AuditError("ERR_AUDIT_MEMORY", `the audit took more than ${memoryMb} MiB of memory`, {
        place: placeOf(last),
        remedy: "Audit a part of the project, or exclude what is not yours in sallyport.audit.yaml.",
      })
    : new AuditError("ERR_AUDIT_INTERNAL", `the audit ended early (${cause.message})`, {
        place: placeOf(last),
        remedy: "This is a fault of Sallyport's: please report it, with the project if you may.",
        cause,
      });
  return { error, why, file: last.phase === "lower" ? last.file : undefined };
}

const placeOf = ({ phase, file }: Progress): string => file ?? `the phase ${phase}`;

async function errorOf({ message, error }: Extract<Told, { kind: "failed" }>): Promise<Error> {
  if (error === undefined) return new Error(message);
  const { type, code, what, place, remedy } = error;
  if (type === "audit") return new AuditError(code as AuditCode, what, { place, remedy });
  const { SallyportError } = await import("@sallyport/guard");
  return new SallyportError(code as ErrorCode, what, { ...(place !== "" && { place }), ...(remedy !== "" && { remedy }) });
}

// Runs an audit in a thread that can be ended, so that no project can hang it or take all memory. What an audit did not
// survive is left out and named, and it is tried again; where no file is to blame, it ends with an error.
import { Worker } from "node:worker_threads";
import type { Audit } from "../../finding/report-data.ts";
import type { ErrorCode } from "@sallyport/guard";
import type { AuditRequest, Progress } from "../audit.ts";
import { type AuditCode, AuditError } from "../failure.ts";

export interface WatchOptions {
  /** For the whole. */
  readonly timeoutMs: number;
  /** What runs in the thread; tests have threads of their own. */
  readonly entry?: URL;
  /** For reading one file. */
  readonly fileTimeoutMs: number;
  readonly memoryMb: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const WATCH: WatchOptions = { timeoutMs: 300_000, fileTimeoutMs: 20_000, memoryMb: 4096 };

/** Times that a file is left out before giving up. */
const MOST_TRIES = 8;

/** What the thread says. */
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

// The thread's entry stands beside this file: as TypeScript in the sources, as JavaScript in what is published.
const ENTRY = new URL(`./thread${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url);

function attempt(
  request: AuditRequest,
  { entry = ENTRY, fileTimeoutMs, memoryMb, onProgress, timeoutMs }: WatchOptions,
  endsAtMs: number,
): Promise<Ended> {
  const worker = new Worker(entry, { workerData: request, resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: 8 } });
  let last: Progress = { phase: "read" };
  return new Promise<Ended>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const end = (ended: Ended): void => {
      over = true;
      clearTimeout(timer);
      void worker.terminate();
      resolve(ended);
    };
    const limit = (): void => {
      clearTimeout(timer);
      const left = Math.max(0, endsAtMs - performance.now());
      const ofFile = last.phase === "lower" && fileTimeoutMs < left;
      timer = setTimeout(() => end(overdue(last, ofFile ? fileTimeoutMs : timeoutMs, ofFile)), ofFile ? fileTimeoutMs : left);
    };
    limit();
    worker.on("message", (told: Told) => {
      if (told.kind === "done") return end({ audit: told.audit });
      if (told.kind === "failed") {
        over = true;
        return void errorOf(told).then((error) => end({ error, why: told.message, file: undefined }));
      }
      last = told.progress;
      limit();
      onProgress?.(last);
    });
    worker.on("error", (error) => end(fallen(error, last, memoryMb)));
    worker.on("exit", (code) => !over && end(fallen(new Error(`the thread ended with ${code}`), last, memoryMb)));
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

function fallen(cause: Error, last: Progress, memoryMb: number): Ended {
  const isMemory = "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
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

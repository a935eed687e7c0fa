// What passes between the pool and its threads: plain data only. An outcome crosses as its fields, an error as its
// name and code; functions and an exception's text do not cross.
import type { ReceivedEvent } from "../consume/examine.ts";
import { type Outcome, reject, retry, unavailable } from "../consume/outcome.ts";

export interface ThreadData {
  /** URL of the user's module. */
  readonly module: string;
}

export type Request =
  | { readonly kind: "run"; readonly event: ReceivedEvent; readonly attempt: number; readonly fencingToken: string }
  | { readonly kind: "abort"; readonly reason: unknown };

export type Reply =
  | { readonly kind: "loaded"; readonly types: readonly string[] }
  | { readonly kind: "unloadable"; readonly message: string }
  | { readonly kind: "outcome"; readonly outcome: Outcome | undefined }
  | { readonly kind: "threw"; readonly name: string; readonly code: string | undefined }
  /** The handler answered what no thread can send. */
  | { readonly kind: "uncrossable"; readonly what: string };

export function replyOfOutcome(answered: unknown): Reply {
  if (answered === undefined || answered === null) return { kind: "outcome", outcome: undefined };
  const { kind, afterMs, reason } = answered as { readonly kind?: unknown; readonly afterMs?: unknown; readonly reason?: unknown };
  const delayMs = typeof afterMs === "number" ? afterMs : undefined;
  if (kind === "retry") return { kind: "outcome", outcome: retry(delayMs) };
  if (kind === "unavailable") return { kind: "outcome", outcome: unavailable(delayMs) };
  if (kind === "reject") return { kind: "outcome", outcome: reject(String(reason)) };
  return { kind: "uncrossable", what: kind === "commit-with" ? "commitWith" : "a value that is no outcome" };
}

export function replyOfError(thrown: unknown): Reply {
  const { name, code } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
  };
  return { kind: "threw", name: typeof name === "string" ? name : "Error", code: typeof code === "string" ? code : undefined };
}

/** Treated by the consume door as the original would be: its code says whether something was out of reach. */
export function errorOfReply({ name, code }: Reply & { readonly kind: "threw" }): Error {
  return Object.assign(new Error(`the isolated handler threw ${code === undefined ? name : `${name} ${code}`}`), {
    name,
    ...(code !== undefined && { code }),
  });
}

// The claim protocol as one pure state machine. Every store that can run JavaScript inside its atomic operation
// uses this; the others (scripts in a server) are held to the same laws by describeClaimStore.
import type { ClaimChange, ClaimOutcome, ClaimRequest } from "../ports/claim-store.ts";

export type ClaimState = "free" | "held" | "committed" | "dead";

export interface ClaimRecord {
  readonly digest: string;
  readonly state: ClaimState;
  readonly token: string;
  readonly started: number;
  readonly finished: number;
  /** End of the lease when held; earliest next attempt when free. */
  readonly untilMs: number;
  /** Forgotten after this. */
  readonly expiresAtMs: number;
}

export interface Claimed {
  readonly outcome: ClaimOutcome;
  /** To be written in the same atomic operation; absent when nothing changes. */
  readonly record?: ClaimRecord;
}

export function claimRecord(found: ClaimRecord | undefined, request: ClaimRequest, nowMs: number, token: string): Claimed {
  const expiresAtMs = Math.max(found?.expiresAtMs ?? 0, nowMs + request.rememberMs);
  const lease = { token, state: "held", untilMs: nowMs + request.leaseMs, expiresAtMs } as const;
  if (found === undefined || found.expiresAtMs <= nowMs) {
    if (request.stale) return { outcome: { kind: "stale" } };
    return {
      outcome: { kind: "granted", token, attempt: 1, failures: 0 },
      record: { digest: request.digest, started: 1, finished: 0, ...lease },
    };
  }
  if (found.digest !== request.digest) return { outcome: { kind: "conflict" } };
  if (found.state === "committed") return { outcome: { kind: "done" }, record: { ...found, expiresAtMs } };
  if (found.state === "dead") return { outcome: { kind: "dead" }, record: { ...found, expiresAtMs } };
  if (found.untilMs > nowMs) return { outcome: { kind: "busy", forMs: found.untilMs - nowMs } };
  const spent = spentBudget(found, request);
  if (spent !== undefined) {
    return { outcome: { kind: "exhausted", token, budget: spent, started: found.started }, record: { ...found, ...lease } };
  }
  const started = found.started + 1;
  return { outcome: { kind: "granted", token, attempt: started, failures: found.finished }, record: { ...found, ...lease, started } };
}

function spentBudget(found: ClaimRecord, request: ClaimRequest): "failures" | "crashes" | undefined {
  if (found.finished >= request.maxFailures) return "failures";
  if (found.started - found.finished >= request.maxCrashes) return "crashes";
  return undefined;
}

/** `undefined` when the token is not the owner's: nothing may change (REP-15). */
export function changeRecord(found: ClaimRecord | undefined, change: ClaimChange, nowMs: number): ClaimRecord | undefined {
  if (found === undefined || found.state !== "held" || found.token !== change.token) return undefined;
  switch (change.kind) {
    case "commit":
      return { ...found, state: "committed", untilMs: 0 };
    case "bury":
      return { ...found, state: "dead", untilMs: 0 };
    case "fail":
      return { ...found, state: "free", finished: found.finished + 1, untilMs: nowMs + change.afterMs };
    case "release":
      return { ...found, state: "free", started: Math.max(found.finished, found.started - 1), untilMs: nowMs + change.afterMs };
    case "renew":
      return { ...found, untilMs: nowMs + change.leaseMs };
  }
}

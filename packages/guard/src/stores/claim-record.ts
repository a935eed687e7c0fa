// The claim protocol as one pure state machine. Every store that can run JavaScript inside its atomic operation
// uses this; the others (scripts in a server) are held to the same laws by claimStoreLaws. model/claims.qnt says the
// same in another language, and its traces are replayed against the stores.
import type { ClaimChange, ClaimOutcome, ClaimRequest } from "../ports/claim-store.ts";

/** `condemned`: held as well, by whoever is to bury it. */
export type ClaimState = "free" | "held" | "condemned" | "committed" | "dead";

export interface ClaimRecord {
  readonly digest: string;
  readonly state: ClaimState;
  readonly token: string;
  readonly started: number;
  readonly finished: number;
  /** End of the lease when held or condemned; earliest next attempt when free. */
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
  if (!isKnown(found, nowMs)) {
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
    const record = { ...found, ...lease, state: "condemned" } as const;
    return { outcome: { kind: "exhausted", token, budget: spent, started: found.started }, record };
  }
  const started = found.started + 1;
  return { outcome: { kind: "granted", token, attempt: started, failures: found.finished }, record: { ...found, ...lease, started } };
}

/**
 * The same claim asked again under its token, because its answer was lost: no attempt has begun under it, and none may
 * be counted. `undefined` where it was not granted.
 */
export function claimedAgain(found: ClaimRecord | undefined, request: ClaimRequest, nowMs: number, token: string): Claimed | undefined {
  if (found?.token !== token || (found.state !== "held" && found.state !== "condemned")) return undefined;
  const started = found.state === "held" ? found.started - 1 : found.started;
  return claimRecord({ ...found, started, untilMs: 0 }, request, nowMs, token);
}

/** A redrive is for the groups in which the event died: one that handled it, or still may, has no use for it (REP-16). */
export function livesOn(earlier: ClaimRecord | undefined, nowMs: number): boolean {
  return isKnown(earlier, nowMs) && earlier.state !== "dead" && earlier.state !== "condemned";
}

/**
 * What a redrive that is granted leaves of the generations that are not known here. One that comes later is a copy of
 * what the redrive now stands for (REP-16).
 */
export function supersededBy(granted: ClaimRecord): ClaimRecord {
  return { ...granted, state: "dead", started: 0, finished: 0, untilMs: 0 };
}

/** Whether a store that has it must keep it: after this it is as if it had never been. */
export const isKnown = (found: ClaimRecord | undefined, nowMs: number): found is ClaimRecord =>
  found !== undefined && found.expiresAtMs > nowMs;

function spentBudget(found: ClaimRecord, request: ClaimRequest): "failures" | "crashes" | "verdict" | undefined {
  if (found.finished >= request.maxFailures) return "failures";
  if (found.started - found.finished >= request.maxCrashes) return "crashes";
  return found.state === "condemned" ? "verdict" : undefined;
}

/** `undefined` when the token is not the owner's, or the key is forgotten: nothing may change (REP-15). */
export function changeRecord(found: ClaimRecord | undefined, change: ClaimChange, nowMs: number): ClaimRecord | undefined {
  if (found === undefined || !mayChange(found, change, nowMs)) return undefined;
  switch (change.kind) {
    case "commit":
      return { ...found, state: "committed", untilMs: 0 };
    case "bury":
      return { ...found, state: "dead", untilMs: 0 };
    case "fail":
      return { ...lasting(found, nowMs + change.afterMs), state: "free", finished: found.finished + 1 };
    case "release":
      return { ...lasting(found, nowMs + change.afterMs), state: "free", started: Math.max(found.finished, found.started - 1) };
    case "condemn":
      return { ...lasting(found, nowMs + change.leaseMs), state: "condemned", finished: found.finished + 1 };
    case "renew":
      return lasting(found, nowMs + change.leaseMs);
  }
}

function mayChange(found: ClaimRecord, change: ClaimChange, nowMs: number): boolean {
  // Whether a store has removed it yet must make no difference.
  if (found.expiresAtMs <= nowMs || found.token !== change.token) return false;
  return found.state === "held" || (found.state === "condemned" && (change.kind === "bury" || change.kind === "renew"));
}

/** What is leased or to be tried again is not forgotten meanwhile (REP-08). */
const lasting = (found: ClaimRecord, untilMs: number): ClaimRecord => ({
  ...found,
  untilMs,
  expiresAtMs: Math.max(found.expiresAtMs, untilMs),
});

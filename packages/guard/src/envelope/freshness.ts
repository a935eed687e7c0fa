// Whether a message seen for the first time is young enough (REP-02, REP-03, REP-04, REP-09): ENV-40 to ENV-44.

export interface FreshnessPolicy {
  /** Greatest age, from the signed time until the broker took the message. */
  readonly windowMs: number;
  /** How far the sender's clock may be ahead. */
  readonly skewMs: number;
  /**
   * How long after the broker took it a message may still be seen for the first time; `undefined` where the
   * broker does not vouch for that time. Bounds how long ids must be remembered (REP-08).
   */
  readonly retentionMs: number | undefined;
}

export type Freshness = "fresh" | "stale" | "future";

/**
 * ENV-40. `takenAtMs` is the broker's enqueue time where the transport vouches for it, else now: a backlog does not make
 * an honest message old, and an old message published again is still old.
 */
export function freshnessOf(
  times: { readonly signedAtMs: number; readonly expiresAtMs: number | undefined; readonly takenAtMs: number; readonly nowMs: number },
  policy: FreshnessPolicy,
): Freshness {
  // Written so that NaN, which compares false with everything, falls through to stale.
  if (times.signedAtMs > times.takenAtMs + policy.skewMs || times.signedAtMs > times.nowMs + policy.skewMs) return "future"; // ENV-41
  if (times.expiresAtMs !== undefined && !(times.nowMs <= times.expiresAtMs + policy.skewMs)) return "stale"; // ENV-42
  if (policy.retentionMs !== undefined && !(times.nowMs - times.takenAtMs <= policy.retentionMs)) return "stale"; // ENV-43
  return times.takenAtMs - times.signedAtMs <= policy.windowMs ? "fresh" : "stale"; // ENV-44
}

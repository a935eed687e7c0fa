// Where a transaction is over when its function returns, an effect is synchronous (REP-13).
import type { Effect } from "../ports/claim-store.ts";

/** Throws what the effect throws, and a `TypeError` when it promised to go on later. */
export function runEffect(effect: Effect<never>, transaction: unknown): void {
  const returned: unknown = (effect as Effect)(transaction);
  if (typeof returned !== "object" || returned === null || !("then" in returned)) return;
  // It goes on all the same. That it fails then must not end the process.
  Promise.resolve(returned).catch(() => undefined);
  throw new TypeError("an effect must be synchronous: it runs inside the transaction that commits the claim");
}

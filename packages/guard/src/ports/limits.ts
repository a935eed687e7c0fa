// Counters that bound what callers may cause: rates and quotas (PUB-08), loop budgets (PUB-14), and the ledger
// that lets a call be repeated without being carried out twice (PUB-10).

export interface Spend {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** Law: over any window, at most `limit` spends of a key are granted, all spends of one call together or none. */
export interface LimitStore {
  /** `undefined` when granted; else the index of the spend that refused and when to try again. */
  spend(spends: readonly Spend[]): Promise<{ readonly refused: number; readonly retryAfterMs: number } | undefined>;
}

export type LedgerOutcome =
  | { readonly kind: "begun"; readonly token: string }
  /** The first call's result. */
  | { readonly kind: "finished"; readonly result: string }
  | { readonly kind: "in-flight"; readonly forMs: number }
  | { readonly kind: "conflict" };

/** Laws: one `begun` per key until it is abandoned or its lease ends; a finished key answers with its result until it expires. */
export interface Ledger {
  begin(key: string, digest: string, times: { readonly leaseMs: number; readonly rememberMs: number }): Promise<LedgerOutcome>;
  finish(key: string, token: string, result: string): Promise<void>;
  abandon(key: string, token: string): Promise<void>;
}

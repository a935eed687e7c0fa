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

export interface LedgerEntry {
  /** Caller and call, encoded so that no two are alike. */
  readonly key: string;
  /** Of the arguments: the same key with others is a conflict. */
  readonly digest: string;
  /** The event id to publish under, unless an earlier call with this key already has one. */
  readonly eventId: string;
  readonly leaseMs: number;
  /** Counted from the call's end, or from that of its lease. */
  readonly rememberMs: number;
}

export type LedgerOutcome =
  /** Carry it out, under this id: the first one proposed, so that an unsure publish is repeated under the same id. */
  | { readonly kind: "begun"; readonly token: string; readonly eventId: string }
  /** The first call's result. */
  | { readonly kind: "finished"; readonly result: string }
  | { readonly kind: "in-flight"; readonly forMs: number }
  | { readonly kind: "conflict" };

export type LedgerEnd =
  | { readonly kind: "finished"; readonly result: string }
  /** Nothing was published: the key is free again. */
  | { readonly kind: "refused" }
  /** Nobody knows: the key may be begun again, under the same event id, unless it has finished after all. */
  | { readonly kind: "unsure" };

/**
 * Laws: 1. One `begun` per key until it is ended or its lease ends. 2. A finished key answers with its result for
 * `rememberMs` after its end. 3. A key is not forgotten while its lease lasts, nor one whose end nobody knows for
 * `rememberMs` after it.
 */
export interface Ledger {
  begin(entry: LedgerEntry): Promise<LedgerOutcome>;
  end(key: string, token: string, end: LedgerEnd): Promise<void>;
}

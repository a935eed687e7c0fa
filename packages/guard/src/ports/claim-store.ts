// Who may handle a message now, and who already has. One atomic operation per question (REP-01, REP-07).

export interface ClaimRequest {
  /** group + issuer + destination + id + generation, encoded so that no two tuples are alike (REP-11, REP-14, REP-16). */
  readonly key: string;
  /** Of what the event is: its type, whose it is and its data's exact bytes. The same key with another digest is a conflict, never a duplicate. */
  readonly digest: string;
  /** Keys of all the event's earlier generations, the first one first, whenever this key is claimed: where one of them is not dead the redrive is for others (REP-16). */
  readonly earlier?: readonly string[];
  /** The freshness verdict of this delivery; it counts only when the key has never been seen (REP-02). */
  readonly stale: boolean;
  readonly leaseMs: number;
  /** For how long from now the key must be remembered (REP-08). */
  readonly rememberMs: number;
  /** Failures allowed: the attempt that follows the last of them is not granted. */
  readonly maxFailures: number;
  /** Attempts that started and never finished allowed, counted apart (PSN-07). */
  readonly maxCrashes: number;
}

export type ClaimOutcome =
  /** Yours until the lease runs out. `attempt` counts from 1; `failures` are those counted before it. */
  | { readonly kind: "granted"; readonly token: string; readonly attempt: number; readonly failures: number }
  /** Another owner has it, or its retry is not due. */
  | { readonly kind: "busy"; readonly forMs: number }
  /** Handled, or an earlier generation of it was or still may be. */
  | { readonly kind: "done" }
  /** Dead-lettered already, or a later generation of it is here. */
  | { readonly kind: "dead" }
  | { readonly kind: "conflict" }
  /** Never seen, and this delivery is not fresh. Nothing was recorded. */
  | { readonly kind: "stale" }
  /** Condemned: by this claim, for a budget that is used up, or by a worker's verdict before. The token is for burying it. */
  | { readonly kind: "exhausted"; readonly token: string; readonly budget: "failures" | "crashes" | "verdict"; readonly started: number };

export interface Held {
  readonly key: string;
  readonly token: string;
}

/**
 * Runs inside the transaction that commits the claim (REP-13). What it may do is the store's to say; also whether it may
 * go on after it has returned, in which case the transaction waits for its promise.
 */
export type Effect<Transaction = unknown> = (transaction: Transaction) => void | PromiseLike<void>;

export type ClaimChange =
  | (Held & { readonly kind: "commit"; readonly effect?: Effect<never> })
  /** The attempt failed: it is counted, and the next is not granted for `afterMs`. */
  | (Held & { readonly kind: "fail"; readonly afterMs: number })
  /** Given back unused: no attempt is counted (PSN-08, PSN-12). */
  | (Held & { readonly kind: "release"; readonly afterMs: number })
  /**
   * The verdict, before the dead letter is stored: the attempt is counted and no other is ever granted, so that a
   * letter and a commit exclude each other. Who claims it after this lease buries it.
   */
  | (Held & { readonly kind: "condemn"; readonly leaseMs: number })
  /** The dead letter is stored; the key is finished. */
  | (Held & { readonly kind: "bury" })
  | (Held & { readonly kind: "renew"; readonly leaseMs: number });

/** `lost`: the token is no longer the owner's, and nothing was changed (REP-15). */
export type ChangeOutcome = "changed" | "lost" | { readonly effectFailed: unknown };

/**
 * Laws:
 * 1. Of any number of concurrent claims of a key, at most one is granted until its lease ends.
 * 2. A granted claim has counted its attempt, durably, before it resolves (PSN-02, PSN-07).
 * 3. `commit` and the effect happen together or not at all.
 * 4. A change with a token that is not the current owner's, or of a key that is forgotten, changes nothing.
 * 5. After `commit`, `condemn`, `bury` or an `exhausted` answer, no claim of the key is granted and none commits, for
 *    as long as it is remembered.
 * 6. A key is remembered for at least `rememberMs` after its last claim, and until its lease ends or its retry is due;
 *    when there is no room, claims reject.
 * 7. Lease times are read from the store's clock.
 * 8. A claim is `done` while a key in `earlier` is remembered, unless that one is condemned or buried. Once it is
 *    granted, a key in `earlier` that was not remembered is `dead` for as long as this one is to be.
 * 9. A store that cannot answer rejects; it never guesses (REP-12).
 */
export interface ClaimStore {
  readonly name: string;
  readonly persists: boolean;
  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]>;
  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]>;
}

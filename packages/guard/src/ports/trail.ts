// Every decision, accepted or refused, in the order it was made (OPS-01). No payloads: digests and codes.
import { sayOnce } from "./say-once.ts";

export interface TrailEntry {
  readonly door: "publish" | "consume" | "read" | "operator";
  readonly decision: string;
  readonly code?: string;
  readonly actor?: string;
  readonly eventType?: string;
  readonly eventId?: string;
  readonly destination?: string;
  readonly group?: string;
  readonly attempt?: number;
}

/** Law: `append` resolves when the entries are part of the trail. */
export interface Trail {
  append(entries: readonly TrailEntry[]): Promise<void>;
}

export interface StoredEntry extends TrailEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly atMs: number;
  readonly hash: string;
}

export type TrailVerdict =
  | { readonly intact: true; readonly entries: number; readonly head: string }
  /** The first entry that does not follow from those before it. */
  | { readonly intact: false; readonly brokenAt: number };

/**
 * A trail that can be looked at, and checked. Laws:
 * 1. Each entry's hash covers the one before it, whichever process appended them (OPS-01).
 * 2. `verify` finds an entry that was changed, removed, moved or put in.
 * 3. With a `head` that was kept elsewhere, it also finds entries that were cut off at the end, and a chain built anew.
 */
export interface KeptTrail extends Trail {
  /** In order, from the entry after `after`. */
  list(page: { readonly limit: number; readonly after?: number }): Promise<readonly StoredEntry[]>;
  verify(head?: string): Promise<TrailVerdict>;
}

export const noTrail: Trail = { append: () => Promise.resolve() };

/**
 * For refusals, which do nothing and so need not wait for the trail: one that cannot be put on it is said on standard
 * error, and the caller is told why the request was refused and not that the trail failed.
 */
export function refusalsOn(trail: Trail): (entry: TrailEntry) => Promise<void> {
  const say = sayOnce("a refusal could not be put on the trail");
  return async (entry) => {
    try {
      await trail.append([entry]);
    } catch (error) {
      say(error);
    }
  };
}

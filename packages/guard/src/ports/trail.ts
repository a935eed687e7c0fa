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

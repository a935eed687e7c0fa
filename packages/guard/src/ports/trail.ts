// Every decision, accepted or refused, in the order it was made (OPS-01). No payloads: digests and codes.

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

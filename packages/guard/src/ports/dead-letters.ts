// Where messages end that will not be handled: inert bytes and a reason (PSN-10). Never an exception's text.
import type { ErrorCode } from "../errors.ts";

export interface DeadLetter {
  /** The same failure stored twice is one letter: derived from group, destination, bytes or claim key. */
  readonly id: string;
  readonly group: string;
  readonly destination: string;
  readonly code: ErrorCode;
  /** The step that refused it. */
  readonly step: string;
  readonly attempts: number;
  readonly diedAtMs: number;
  /** Exactly as received. Hostile. */
  readonly bytes: Uint8Array;
  /** Known only for authentic messages. */
  readonly event?: { readonly id: string; readonly type: string; readonly source: string; readonly generation: number };
}

export interface DeadLetterFilter {
  readonly group?: string;
  readonly destination?: string;
  readonly code?: ErrorCode;
}

/**
 * Laws: 1. `put` resolves when the letters are stored (PSN-14). 2. Putting an id twice keeps one.
 * 3. `list` is ordered by time of death, then id; `after` is the id of the last letter of the page before; after one that
 * is not there, nothing is listed. 4. Bytes come back as they were put.
 */
export interface DeadLetterStore {
  put(letters: readonly DeadLetter[]): Promise<void>;
  list(filter: DeadLetterFilter, page: { readonly limit: number; readonly after?: string }): Promise<readonly DeadLetter[]>;
  get(id: string): Promise<DeadLetter | undefined>;
  remove(ids: readonly string[]): Promise<number>;
}

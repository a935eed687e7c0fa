// What SQLite's result codes mean to whoever runs the guard: is it the file, and what is to be done about it.
import { type ErrorCode, SallyportError } from "../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const CORRUPT = { code: "ERR_STORE_CORRUPT", remedy: "Stop, keep the file for examination, and restore from a copy." } as const;
const UNAVAILABLE = { code: "ERR_STORE_UNAVAILABLE" } as const;
const LOCKED = { ...UNAVAILABLE, why: "another process holds its lock", remedy: "Find the process that keeps a transaction open." };

/** By primary result code. What is not here is about one statement, not about the file. */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [5, LOCKED],
  [6, LOCKED],
  [7, { ...UNAVAILABLE, why: "there is not enough memory", remedy: "Give the process more." }],
  [8, { ...UNAVAILABLE, why: "it is read-only", remedy: "Let this user write the file and its folder." }],
  [10, { ...UNAVAILABLE, why: "the disk answers with an error", remedy: "Check the disk." }],
  [11, { ...CORRUPT, why: "its contents are damaged" }],
  [13, { ...UNAVAILABLE, why: "the disk is full", remedy: "Make room." }],
  [14, { ...UNAVAILABLE, why: "it cannot be opened", remedy: "Check that its folder exists and that this user may read and write there." }],
  [15, { ...UNAVAILABLE, why: "its lock cannot be had", remedy: "Keep the file on a disk of this machine." }],
  [26, { ...CORRUPT, why: "it is not a database" }],
]);

/** Extended result codes carry the primary one in their low byte. */
export function resultCodeOf(error: unknown): number | undefined {
  const errcode: unknown = typeof error === "object" && error !== null && "errcode" in error ? error.errcode : undefined;
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

export const isBusy = (error: unknown): boolean => resultCodeOf(error) === 5;

/** Whether the fault is the file's, so that nothing can be written; and not that of one statement or callback. */
export const isOfTheFile = (error: unknown): boolean => MEANINGS.has(resultCodeOf(error) ?? -1);

export function storeError(path: string, what: string, cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const meaning = MEANINGS.get(resultCodeOf(cause) ?? -1);
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_STORE_UNAVAILABLE", `the SQLite file ${what}${because}`, {
    place: path,
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}

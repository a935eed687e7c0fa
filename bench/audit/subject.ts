// What is measured: a scanner as a whole process, and what it found.
import { type Ran } from "./process.ts";

/** A line at which a message leaves, and what about it was said. */
export interface Hit {
  readonly kind: "TOPIC" | "INJ";
  readonly file: string;
  readonly line: number;
}

export interface Scan extends Ran {
  readonly hits: readonly Hit[];
  /** Lines of the files that it says it read. */
  readonly lines: number;
}

export interface Scanner {
  readonly name: string;
  scan(folder: string): Scan;
}

// Which brokers run for the tests, as `npm run brokers -- up` wrote it down.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Running {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Its data and its log; removed when it is ended. */
  readonly folder: string;
}

const FILE = join(import.meta.dirname, "../../.brokers.json");

export function running(): readonly Running[] {
  try {
    return JSON.parse(readFileSync(FILE, "utf8")) as Running[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function remember(all: readonly Running[]): void {
  if (all.length === 0) rmSync(FILE, { force: true });
  else writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
}

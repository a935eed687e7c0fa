// A text that nobody else writes: whoever finds it knows which case, which round and which place it is from. The same
// seed gives the same canaries, whatever runs beside.
import { createHash } from "node:crypto";

export const CANARY_LENGTH = 14;

export const canaryOf = (seed: string, ...parts: readonly (string | number)[]): string =>
  `sp${createHash("sha256")
    .update(JSON.stringify([seed, ...parts]))
    .digest("hex")
    .slice(0, CANARY_LENGTH - 2)}`;

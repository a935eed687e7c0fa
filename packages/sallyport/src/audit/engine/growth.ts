// Whether what many share came to hold something that it did not hold before: then those who looked at it look again.
import type { Value } from "./kinds.ts";

let grown = 0;

export const growth = (): number => grown;

export const grew = (): void => void grown++;

export const hasGrown = (before: Value, after: Value): boolean =>
  after.atoms.length > before.atoms.length || after.taints.length > before.taints.length;

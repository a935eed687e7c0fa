// A bound that is no number bounds nothing, and says so nowhere: `NaN`, of a setting that is missing, is neither more nor
// less than anything.
import { SallyportError } from "../errors.ts";

/** @throws {SallyportError} `ERR_CONFIG_INVALID`. What is left out has its default. */
export function refuseNoWholeNumber(place: string, value: number | undefined, least: 0 | 1): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${String(value)} is not a whole number of ${least} or more`, {
    place,
    remedy: "Give one.",
  });
}

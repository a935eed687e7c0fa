// A bound that is no number bounds nothing, and says so nowhere: `NaN`, of a setting that is missing, is neither more nor
// less than anything.
import { SallyportError } from "../errors.ts";

/** What is left out has its default. @throws {SallyportError} `ERR_CONFIG_INVALID` */
export function refuseNoWholeNumber(place: string, value: number | undefined, least: number): void {
  if (value !== undefined) wholeNumber(place, value, least);
}

/** @throws {SallyportError} `ERR_CONFIG_INVALID` */
export function wholeNumber(place: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${String(value)} is not a whole number of ${least} or more`, {
    place,
    remedy: "Give one.",
  });
}

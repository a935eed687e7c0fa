// Tests against the brokers that `npm run brokers -- up` has started. One that does not run is said by name; where
// BROKERS is `required`, as in CI, it is a failure.
import { describe, test } from "vitest";
import { running } from "../../../scripts/brokers/running.ts";

/** `suite` is given the broker's address. */
export function describeBroker(name: string, title: string, suite: (url: string) => void): void {
  describeBrokers([name], title, suite);
}

/** `suite` is given the addresses of all that it needs, in their order. */
export function describeBrokers<const Names extends readonly string[]>(
  names: Names,
  title: string,
  suite: (...urls: { readonly [Index in keyof Names]: string }) => void,
): void {
  const urls = names.map((name) => running().find((one) => one.name === name)?.url);
  const missing = names.filter((_, index) => urls[index] === undefined);
  if (missing.length === 0) describe(title, () => suite(...(urls as unknown as { readonly [Index in keyof Names]: string })));
  else describe(title, () => notRun(`${missing.join(" and ")} not running: npm run brokers -- up ${missing.join(" ")}`));
}

/** In place of tests that cannot run here: they are named, and where BROKERS is `required` they have failed. */
export function notRun(why: string): void {
  if (process.env["BROKERS"] === "required") test(why, () => Promise.reject(new Error(why)));
  else test.skip(why, () => undefined);
}

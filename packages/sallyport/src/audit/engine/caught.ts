// Errors that were caught: what libraries say when they fail.
import type { Machine } from "./machine.ts";
import type { Taint } from "./taint.ts";

/** What the libraries that are called in the `try` say when they fail. */
export function caughtError(machine: Machine, id: number, at: number): Taint {
  const origin = { ...machine.origin("error", "an error", at), id };
  return machine.source(origin, "an error is caught");
}

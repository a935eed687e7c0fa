// What a stream or a consumer is set to that would break a promise later and without a word.
import { SallyportError } from "../errors.ts";

export interface Unfit {
  /** The stream or the consumer. */
  readonly place: string;
  readonly what: string;
  /** What would happen, and the ids of the threats. */
  readonly breaks: string;
  /** The command that mends it, or what else is to be done. */
  readonly mend: string;
  /** It is not there at all. */
  readonly isMissing?: true;
}

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY` with the first of them. */
export function refuseUnfit([unfit]: readonly Unfit[]): void {
  if (unfit === undefined) return;
  const { place, what, breaks, mend } = unfit;
  throw new SallyportError("ERR_CONFIG_CAPABILITY", `${what}: ${breaks}`, { place, remedy: `${mend}${mend.endsWith(".") ? "" : "."}` });
}

/** Of those whose condition does not hold. */
export const unfitOf = (
  place: string,
  all: readonly (readonly [holds: boolean, what: string, breaks: string, mend: string])[],
): readonly Unfit[] => all.flatMap(([holds, what, breaks, mend]) => (holds ? [] : [{ place, what, breaks, mend }]));

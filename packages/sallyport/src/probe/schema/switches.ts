// Arguments by which a caller turns off what a tool checks, by their names: `validate: false`, `skipChecks: true`, a mode that
// is `off`. What they are turned to is of the schema; an argument that is no switch is never taken for one.
import type { Slot } from "./slots.ts";

export interface Switch {
  readonly path: readonly string[];
  /** What turns the check off. */
  readonly value: unknown;
}

const MOST = 3;

const CHECKS =
  /^(?:valid(?:ate[sd]?|ation)?|verif(?:y|ied|ication)|strict|check(?:s|ed|ing)?|safe(?:ty)?|secure|enforced?|enforcement|saniti[sz](?:e|ed|ation)|escape|filter|guard(?:ed|s)?|protect(?:ed|ion)?)$/;
const LEAVES_OUT = /^(?:skip|no|without|disabled?|bypass|ignore|omit|unsafe|unchecked|unvalidated|insecure|force|override|allow(?:s|ed)?)$/;
/** `forceValidation` forces it, as `enforceSchema` does. */
const FORCES = /^(?:force)$/;
const OFF = ["off", "none", "disabled", "skip", "false", "no", "never", "ignore", "unchecked", "lenient", "loose", "permissive", "warn"];

/** Of one tool, the likeliest first. */
export function switchesOf(slots: readonly Slot[]): readonly Switch[] {
  return slots.flatMap(switchOf).slice(0, MOST);
}

function switchOf({ path, type, words }: Slot): readonly Switch[] {
  const [first = "", ...others] = wordsOf(path.at(-1)!);
  const checks = CHECKS.test(first) || others.some((word) => CHECKS.test(word));
  const leavesOut = LEAVES_OUT.test(first) && !(FORCES.test(first) && checks);
  if (!checks && !leavesOut) return [];
  if (type === "boolean") return [{ path, value: leavesOut }];
  const off = checks && !leavesOut ? OFF.find((word) => words.some((one) => String(one).toLowerCase() === word)) : undefined;
  return off === undefined ? [] : [{ path, value: words.find((one) => String(one).toLowerCase() === off) }];
}

const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);

// Go's reflection: by a word from outside every exported method and field is found, also those that were not meant.
import { getAttribute } from "./global-functions.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given, given } from "./paths.ts";
import { UNKNOWN, type Value } from "./value.ts";

const BY_NAME = new Set(["MethodByName", "FieldByName"]);
const SAME = new Set(["String", "Interface", "Elem"]);

/** `undefined` where it is nothing of reflection. */
export function reflected(machine: Machine, receiver: Value, name: string, args: Given, site: Site): Value | undefined {
  if (machine.language !== "go") return undefined;
  const [key] = args.positional;
  if (BY_NAME.has(name) && key !== undefined) return getAttribute(machine, given(receiver, key), site);
  const chosen = receiver.taints.some((taint) => taint.prototype === true);
  if (!chosen) return undefined;
  if (SAME.has(name)) return receiver;
  if (name !== "Call") return undefined;
  machine.report({ kind: "dispatch", name: site.text, by: receiver.taints }, site.at);
  return UNKNOWN;
}

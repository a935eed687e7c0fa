// Functions that a house has named: its wrappers publish, its allowlists refuse. They are known by the name that a call
// is written with, or that the function or its class was given where the program defines it.
import type { Act } from "../models/model.ts";
import { both, factsAbout, NO_FACTS, test } from "./facts.ts";
import type { Machine, Site } from "./machine.ts";
import type { Given } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { type Closure, isNothing, NOTHING, UNKNOWN, type Value } from "./value.ts";

export interface Configured {
  readonly wrappers: readonly {
    readonly function: string;
    readonly destination?: number | undefined;
    readonly payload?: number | undefined;
  }[];
  readonly allowlists: readonly {
    readonly function: string;
    readonly argument: number;
    readonly refuses: "throws" | "returns-false";
  }[];
}

export interface Called {
  /** The function itself, or what a method is called on. */
  readonly callee: Value;
  readonly method?: string;
  readonly args: Given;
  readonly site: Site;
}

/** A call, run as usual but for what the house says of it. A wrapper is taken at its word and not looked into. */
export function callConfigured(machine: Machine, configured: Configured, called: Called, run: () => Value): Value {
  const wrapper = configured.wrappers.find((one) => isNamed(machine, one.function, called));
  if (wrapper !== undefined) return publish(machine, wrapper, called);
  const allowlist = configured.allowlists.find((one) => isNamed(machine, one.function, called));
  const result = run();
  if (allowlist === undefined) return result;
  const taints = deepTaints(argument(machine, called, allowlist.argument));
  const facts = factsAbout(taints, { kind: "allowed", own: true, where: `\`${allowlist.function}\`` });
  if (allowlist.refuses === "returns-false") return { ...(isNothing(result) ? UNKNOWN : result), test: test(facts, NO_FACTS) };
  machine.state.facts = both(machine.state.facts, facts);
  return result;
}

function publish(machine: Machine, wrapper: Configured["wrappers"][number], called: Called): Value {
  const { site } = called;
  const at_ = new Map<string, Value>();
  for (const name of ["destination", "payload"] as const) {
    const index = wrapper[name];
    const value = index === undefined ? NOTHING : argument(machine, called, index);
    if (!isNothing(value)) at_.set(name, value);
  }
  const act: Act = {
    kind: "publish",
    ...(wrapper.destination !== undefined && { destination: [`arg${wrapper.destination}`] }),
    ...(wrapper.payload !== undefined && { payload: [`arg${wrapper.payload}`] }),
    confirms: "await",
  };
  const told = { act, broker: "any", model: "configured", call: site.text, at_, awaited: site.awaited, unused: site.unused === true };
  machine.report({ kind: "act", ...told, guessed: false, result: UNKNOWN }, site.at);
  return UNKNOWN;
}

function isNamed(machine: Machine, name: string, called: Called): boolean {
  const { site, callee, method } = called;
  if (site.text === name || site.text.endsWith(`.${name}`)) return true;
  if (method === undefined) return closuresOf(machine, called).some((closure) => isItsName(closure, name));
  return callee.atoms.some((atom) => atom.kind === "object" && `${atom.object.cls?.definition.name ?? ""}.${method}` === name);
}

const isItsName = ({ definition, cls }: Closure, name: string): boolean =>
  definition.name !== "" && (definition.name === name || `${cls?.definition.name ?? ""}.${definition.name}` === name);

function closuresOf(machine: Machine, { callee, method }: Called): readonly Closure[] {
  const functions = method === undefined ? callee : machine.member(callee, method);
  return functions.atoms.flatMap((atom) => (atom.kind === "function" ? atom.closure : []));
}

/** By position; given by keyword, by the name that the function has for it. */
function argument(machine: Machine, called: Called, index: number): Value {
  const own = called.args.positional[index];
  if (own !== undefined) return own;
  for (const { definition, cls } of called.args.named.size === 0 ? [] : closuresOf(machine, called)) {
    const takesSelf = machine.language === "python" && cls !== undefined ? 1 : 0;
    const target = definition.params[index + takesSelf]?.target;
    const named = target?.kind === "name" ? called.args.named.get(target.name) : undefined;
    if (named !== undefined) return named;
  }
  return called.args.more === undefined ? NOTHING : machine.element(called.args.more);
}

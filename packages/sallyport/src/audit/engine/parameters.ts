// Arguments become parameters: by position and by name, spread, left out.
import type { Parameter } from "../ir/ir.ts";
import type { Machine, Site } from "./machine.ts";
import type { Given } from "./paths.ts";
import { Scope } from "./scope.ts";
import { passing } from "./taint.ts";
import { type Closure, NOTHING, UNDEFINED, type Value, isNothing, join, objectValue, soleConstant } from "./value.ts";

/** Python and Go hand the receiver in as the first argument. */
export function withSelf(machine: Machine, closure: Closure, args: Given): Given {
  const first = closure.bound ?? [];
  const self = machine.language !== "javascript" && closure.self !== undefined && takesSelf(closure) ? [closure.self] : [];
  return self.length + first.length === 0 ? args : { ...args, positional: [...self, ...first, ...args.positional] };
}

function takesSelf({ cls, definition }: Closure): boolean {
  const method = cls?.definition.methods.find(({ fn }) => fn === definition);
  return method === undefined ? cls !== undefined : method.static !== true || method.classMethod === true;
}

export function bindParameters(machine: Machine, closure: Closure, args: Given, site: Site, scope: Scope): void {
  const left = new Map(args.named);
  let index = 0;
  for (const parameter of closure.definition.params) {
    const value = argumentFor(machine, parameter, args, index, left);
    if (parameter.style === undefined) index++;
    const shown = parameter.target.kind === "name" ? parameter.target.name : "its argument";
    const { file } = machine.activation.module.ir;
    const passed = {
      ...value,
      taints: passing(value.taints, file, closure.definition.at, `\`${closure.definition.name || site.text}\` takes it as \`${shown}\``),
    };
    machine.bind(parameter.target, completed(machine, parameter, passed, closure), scope, "declare");
  }
}

const areLists = ({ atoms, taints }: Value): boolean =>
  taints.length === 0 && atoms.length > 0 && atoms.every((atom) => atom.kind === "object" && atom.object.kind === "list");

function argumentFor(machine: Machine, parameter: Parameter, args: Given, index: number, left: Map<string, Value>): Value {
  if (parameter.style === "rest") {
    // Lists that alone are handed on are what they were, each in its order.
    if (args.more !== undefined && args.positional.length <= index && areLists(args.more)) return args.more;
    const list = machine.make("list", parameter.target.at);
    for (const [at, value] of args.positional.slice(index).entries()) list.write(String(at), value);
    if (args.more !== undefined) list.add(machine.element(args.more));
    return objectValue(list);
  }
  if (parameter.style === "rest-map") {
    const map = machine.make("object", parameter.target.at);
    for (const [name, value] of left) map.write(name, value);
    if (args.moreNamed !== undefined) for (const atom of args.moreNamed.atoms) if (atom.kind === "object") map.add(atom.object.element);
    return objectValue(map, args.moreNamed?.taints ?? []);
  }
  const name = parameter.target.kind === "name" ? parameter.target.name : undefined;
  const byName = name === undefined ? undefined : left.get(name);
  if (byName !== undefined && name !== undefined) {
    left.delete(name);
    return byName;
  }
  const own = parameter.style === "keyword" ? undefined : args.positional[index];
  if (own !== undefined) return own;
  const spread = args.more === undefined ? NOTHING : machine.element(args.more);
  const mapped = args.moreNamed === undefined || name === undefined ? NOTHING : machine.member(args.moreNamed, name);
  return join(spread, isUndefined(mapped) ? NOTHING : mapped);
}

const isUndefined = (value: Value): boolean => soleConstant(value) !== undefined && soleConstant(value)?.value === undefined;

/** What was not given is its default; what is not known is what its type says. */
function completed(machine: Machine, parameter: Parameter, value: Value, closure: Closure): Value {
  if (isNothing(value) || isUndefined(value)) {
    if (parameter.default !== undefined) return machine.evaluate(parameter.default, closure.scope);
    if (isNothing(value)) return UNDEFINED;
  }
  if (parameter.type !== undefined && value.atoms.every((atom) => atom.kind === "unknown")) {
    const typed = machine.typed(parameter.type, closure.scope);
    if (!isNothing(typed)) return { ...typed, taints: value.taints };
  }
  return value;
}

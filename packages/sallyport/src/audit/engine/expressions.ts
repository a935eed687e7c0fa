// Expressions: from what is written to what it may be.
import type { Expression } from "../ir/ir.ts";
import { builtin } from "./builtins.ts";
import { basesOf, constructorOf, makeClass, methodOf } from "./classes.ts";
import { close } from "./closures.ts";
import { decorated } from "./decorators.ts";
import { answering, negated } from "./facts.ts";
import { comprehension, listLiteral, objectLiteral } from "./literals.ts";
import type { Machine, Site } from "./machine.ts";
import { add, arithmetic, binary, conditional, logic, textOf, unary } from "./operators.ts";
import type { Given } from "./paths.ts";
import { type Cell, Scope } from "./scope.ts";
import { isUnused } from "./unused.ts";
import { NOTHING, UNDEFINED, UNKNOWN, type Value, constant, functionValue, isNothing, join, objectsOf, rowOf, truthOf } from "./value.ts";

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export function evaluateExpression(machine: Machine, expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "literal":
      return typeof expression.value === "boolean" ? answer(machine, expression.value) : constant(expression.value);
    case "template":
      return template(machine, expression, scope);
    case "regex":
      return { atoms: [{ kind: "regex", source: expression.source }], taints: [] };
    case "name":
      return named(machine, expression.name, scope);
    case "this":
      return machine.activation.self ?? UNKNOWN;
    case "super":
      return superOf(machine);
    case "member":
      return machine.member(machine.evaluate(expression.object, scope), expression.name);
    case "index":
      return machine.index(machine.evaluate(expression.object, scope), machine.evaluate(expression.index, scope), expression.at);
    case "call":
      return call(machine, expression, scope, false);
    case "builtin":
      return builtin(machine, expression, scope);
    case "object":
      return objectLiteral(machine, expression, scope);
    case "array":
      return listLiteral(machine, expression.style, expression.items, expression.at, scope);
    case "function":
      return decorated(machine, expression.fn, functionValue(close(machine, expression.fn, scope)), scope);
    case "class":
      return makeClass(machine, expression.cls, scope);
    case "binary":
      return binary(machine, expression, scope);
    case "logic":
      return logic(machine, expression, scope);
    case "not": {
      const value = machine.evaluate(expression.value, scope);
      const truth = truthOf(value);
      return { ...(truth === "either" ? UNKNOWN : constant(truth === "false")), test: negated(value.test) };
    }
    case "unary":
      return unary(machine, expression, scope);
    case "conditional":
      return conditional(machine, expression, scope);
    case "assign":
      return assign(machine, expression, scope);
    case "await":
      return expression.value.kind === "call" ? call(machine, expression.value, scope, true) : machine.evaluate(expression.value, scope);
    case "yield": {
      const value = expression.value === undefined ? UNDEFINED : machine.evaluate(expression.value, scope);
      machine.activation.yields.push(expression.each === true ? machine.element(value) : value);
      return UNKNOWN;
    }
    case "cast": {
      const value = machine.evaluate(expression.value, scope);
      if (!value.atoms.every((atom) => atom.kind === "unknown")) return value;
      const typed = machine.typed(expression.type, scope);
      return isNothing(typed) ? value : { ...typed, taints: value.taints };
    }
    case "type":
      return machine.typed(expression.type, scope);
    case "comprehension":
      return comprehension(machine, expression, scope);
    case "sequence":
      return expression.items.map((item) => machine.evaluate(item, scope)).at(-1) ?? UNDEFINED;
    case "opaque":
      return { atoms: [{ kind: "unknown" }], taints: join(...expression.parts.map((part) => machine.evaluate(part, scope))).taints };
  }
}

function answer(machine: Machine, value: boolean): Value {
  const test = answering(value, machine.state.facts);
  return test === undefined ? constant(value) : { ...constant(value), test };
}

function named(machine: Machine, name: string, scope: Scope): Value {
  const cell = scope.find(name);
  if (cell !== undefined) return current(machine, cell);
  return name === "undefined" ? UNDEFINED : machine.program.global(name);
}

/** What several calls share may have been set by another one: that it is still empty cannot be said. */
function current(machine: Machine, cell: Cell): Value {
  const value = machine.state.read(cell);
  if (!cell.shared || cell.changes !== true || machine.entry.kind === "start") return value;
  return truthOf(value) === "false" ? join(value, UNKNOWN) : value;
}

function superOf(machine: Machine): Value {
  const { closure, self } = machine.activation;
  const bases = join(...(closure?.cls?.bases ?? []));
  return isNothing(bases) ? UNKNOWN : { atoms: bases.atoms, taints: self?.taints ?? [] };
}

/** Parts that are whole texts stay readable: URLs are known by them. */
function template(machine: Machine, { parts, at }: Of<"template">, scope: Scope): Value {
  return textOf(
    machine,
    parts.map((part) => machine.evaluate(part, scope)),
    at,
  );
}

const texts = new WeakMap<Expression, string>();

function shown(callee: Expression): string {
  const known = texts.get(callee);
  if (known !== undefined) return known;
  const text = written(callee);
  texts.set(callee, text);
  return text;
}

const written = (callee: Expression): string => {
  switch (callee.kind) {
    case "name":
      return callee.name;
    case "this":
    case "super":
      return callee.kind;
    case "member":
      return `${shown(callee.object)}.${callee.name}`.split(".").slice(-3).join(".");
    case "call":
      return `${shown(callee.callee)}()`;
    case "index":
      return `${shown(callee.object)}[…]`;
    default:
      return "…";
  }
};

function call(machine: Machine, expression: Of<"call">, scope: Scope, awaited: boolean): Value {
  const { callee, at, isNew } = expression;
  const site: Site = {
    at,
    text: shown(callee),
    awaited,
    ...(isNew === true && { isNew }),
    ...(isUnused(expression) && { unused: true }),
  };
  if (callee.kind === "member" && isNew !== true) {
    if (isSuper(callee.object)) return callInherited(machine, callee.name, argumentsOf(machine, expression, scope), site);
    const receiver = machine.evaluate(callee.object, scope);
    return machine.callMember(receiver, callee.name, argumentsOf(machine, expression, scope), site);
  }
  const called = machine.evaluate(callee, scope);
  if (callee.kind === "super") return machine.program.callSuper(machine, called, argumentsOf(machine, expression, scope), site);
  return machine.call(called, argumentsOf(machine, expression, scope), site);
}

/** `super.f()`, `super().f()`. */
const isSuper = (object: Expression): boolean =>
  object.kind === "super" || (object.kind === "call" && object.callee.kind === "name" && object.callee.name === "super");

function callInherited(machine: Machine, name: string, args: Given, site: Site): Value {
  const { closure, self } = machine.activation;
  const results = (closure?.cls === undefined ? [] : basesOf(closure.cls)).map((base) => {
    const method = name === "__init__" ? constructorOf(base) : methodOf(base, name);
    return method === undefined ? NOTHING : machine.callClosure({ ...method, self }, args, site);
  });
  const result = join(...results);
  return isNothing(result) ? UNKNOWN : result;
}

function argumentsOf(machine: Machine, { args }: Of<"call">, scope: Scope): Given {
  const positional: Value[] = [];
  const namedArguments = new Map<string, Value>();
  let more: Value | undefined;
  let moreNamed: Value | undefined;
  for (const { value: expression, name, spread } of args) {
    const value = machine.evaluate(expression, scope);
    if (spread === "map") {
      for (const object of objectsOf(value)) for (const [key, field] of object.fields) namedArguments.set(key, field);
      moreNamed = moreNamed === undefined ? value : join(moreNamed, value);
    } else if (spread === "list") {
      const row = rowOf(value);
      if (row !== undefined && more === undefined) positional.push(...row);
      else more = more === undefined ? value : join(more, value);
    } else if (name !== undefined) namedArguments.set(name, value);
    else if (args.length === 1 && machine.language === "go") positional.push(...resultsIn(value));
    else positional.push(value);
  }
  return { positional, named: namedArguments, more, moreNamed };
}

/** Go: `f(g())`, where `g` gives several. */
function resultsIn(value: Value): readonly Value[] {
  const rows = objectsOf(value).filter((object) => object.results);
  const count = Math.max(...rows.map(({ fields }) => fields.size));
  if (rows.length === 0 || rows.length !== value.atoms.length || count < 2) return [value];
  return Array.from({ length: count }, (_, at) => join(...rows.map((row) => row.read(String(at)) ?? NOTHING)));
}

function assign(machine: Machine, { target, value: expression, op, at }: Of<"assign">, scope: Scope): Value {
  let value = machine.evaluate(expression, scope);
  if (op !== undefined && target.kind !== "object" && target.kind !== "array" && target.kind !== "default") {
    const before = target.kind === "name" ? named(machine, target.name, scope) : machine.evaluate(target.target, scope);
    value = op === "+" ? add(machine, before, value, at) : arithmetic(op, before, value);
  }
  machine.bind(target, value, scope, "assign");
  return value;
}

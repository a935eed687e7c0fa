// Expressions: from what is written to what it may be.
import type { Expression, Item } from "../ir/ir.ts";
import { builtin } from "./builtins.ts";
import { basesOf, constructorOf, makeClass, methodOf } from "./classes.ts";
import { close } from "./closures.ts";
import { decorated } from "./decorators.ts";
import { comparison, membership, seenBefore, typeOf } from "./conditions.ts";
import { and, negated, or } from "./facts.ts";
import type { Machine, Site } from "./machine.ts";
import type { Given } from "./paths.ts";
import { type Cell, Scope } from "./scope.ts";
import { isUnused } from "./unused.ts";
import { spreadInto } from "./spread.ts";
import { assume } from "./statements.ts";
import { derive } from "./taint.ts";
import {
  type Atom,
  constant,
  functionValue,
  isNothing,
  join,
  NOTHING,
  objectsOf,
  objectValue,
  rowOf,
  soleConstant,
  truthOf,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from "./value.ts";

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export function evaluateExpression(machine: Machine, expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "literal":
      return constant(expression.value);
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

export function textOf(machine: Machine, parts: readonly Value[], at: number): Value {
  const constants = parts.map((part) => soleConstant(part));
  if (constants.every((part) => part !== undefined)) return constant(constants.map((part) => String(part?.value)).join(""));
  const { file } = machine.activation.module.ir;
  const written = { file, at };
  const taints = join(...parts.map((part): Value => ({ atoms: [], taints: part.taints }))).taints;
  return { atoms: [{ kind: "text", parts, writtenAt: written }], taints: derive(taints, file, at, "becomes part of a text") };
}

const shown = (callee: Expression): string => {
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
    else positional.push(value);
  }
  return { positional, named: namedArguments, more, moreNamed };
}

function objectLiteral(machine: Machine, { entries, type, at }: Of<"object">, scope: Scope): Value {
  const typed = type === undefined ? NOTHING : machine.program.instanceFor(machine, type, scope, at);
  const object = objectsOf(typed)[0] ?? machine.make("object", at);
  object.prototype = machine.language === "javascript";
  for (const entry of entries) {
    switch (entry.kind) {
      case "property":
        object.write(entry.key, machine.evaluate(entry.value, scope));
        object.overlaid.delete(entry.key);
        break;
      case "accessor":
        object.write(
          entry.key,
          machine.callClosure(close(machine, entry.get, scope), NO_ARGUMENTS, { at: entry.at, text: entry.key, awaited: false }),
        );
        break;
      case "computed":
        writeComputed(machine.evaluate(entry.key, scope), machine.evaluate(entry.value, scope), object);
        break;
      case "spread":
        spreadInto(machine.evaluate(entry.value, scope), object);
        break;
    }
  }
  return isNothing(typed) ? objectValue(object) : typed;
}

const NO_ARGUMENTS: Given = { positional: [], named: new Map(), more: undefined, moreNamed: undefined };

function writeComputed(key: Value, value: Value, object: ReturnType<Machine["make"]>): void {
  const name = soleConstant(key);
  if (name !== undefined) object.write(String(name.value), value);
  else {
    object.add(value);
    object.keys = join(object.keys, key);
  }
}

function listLiteral(machine: Machine, style: "list" | "tuple" | "set", items: readonly Item[], at: number, scope: Scope): Value {
  const list = machine.make(style === "set" ? "set" : "list", at);
  let inOrder = style !== "set";
  let next = 0;
  for (const { value: expression, spread } of items) {
    const value = machine.evaluate(expression, scope);
    const row = spread === true ? rowOf(value) : [value];
    if (row === undefined) inOrder = false;
    if (inOrder && row !== undefined && next + row.length <= 256) for (const item of row) list.write(String(next++), item);
    else list.add(spread === true ? machine.element(value) : value);
  }
  return objectValue(list);
}

const ARITHMETIC = new Set(["-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>"]);

function binary(machine: Machine, { op, left, right, at }: Of<"binary">, scope: Scope): Value {
  const one = machine.evaluate(left, scope);
  const other = machine.evaluate(right, scope);
  if (op === "+") return add(machine, one, other, at);
  if (ARITHMETIC.has(op)) return arithmetic(op, one, other);
  if (op === "in" || op === "not-in") {
    const own = machine.language !== "javascript";
    const test = seenBefore(one, other) ?? membership(one, other, own, "an `in` test");
    machine.report({ kind: "remember", collection: other, what: one, forgets: false, asks: "whether" }, at);
    return { ...UNKNOWN, test: op === "in" ? test : negated(test) };
  }
  if (op === "instanceof") return { ...UNKNOWN, test: typeOf(one.taints) };
  const test = comparison(op, one, other);
  if (op !== "==" && op !== "!=") machine.report({ kind: "compare", what: join(one, other) }, at);
  return { ...known(op, one, other), ...(test !== undefined && { test }) };
}

/** Comparing constants: what a switch over tools or a feature flag turns on. */
function known(op: string, one: Value, other: Value): Value {
  const [left, right] = [soleConstant(one), soleConstant(other)];
  if (left === undefined || right === undefined) return UNKNOWN;
  if (op === "==") return constant(left.value === right.value);
  return op === "!=" ? constant(left.value !== right.value) : UNKNOWN;
}

function add(machine: Machine, one: Value, other: Value, at: number): Value {
  const lists = [...objectsOf(one), ...objectsOf(other)].filter((object) => object.kind === "list");
  if (lists.length > 0) {
    const list = machine.make("list", at);
    for (const object of lists) list.add(object.all());
    return objectValue(list, join({ atoms: [], taints: one.taints }, { atoms: [], taints: other.taints }).taints);
  }
  const [left, right] = [soleConstant(one), soleConstant(other)];
  if (typeof left?.value === "number" && typeof right?.value === "number") return constant(left.value + right.value);
  const parts = [one, other].flatMap((value) =>
    value.atoms.length === 1 && value.atoms[0]?.kind === "text" && value.atoms[0].encoded !== true ? value.atoms[0].parts : [value],
  );
  return textOf(machine, parts, at);
}

/** `now - sent` is an age; the rest are numbers of whoever gave them. */
function arithmetic(op: string, one: Value, other: Value): Value {
  const isNow = (value: Value): boolean => value.atoms.some((atom) => atom.kind === "now");
  const taints = join({ atoms: [], taints: one.taints }, { atoms: [], taints: other.taints }).taints;
  const age = [...one.atoms, ...other.atoms].find((atom): atom is Extract<Atom, { kind: "age" }> => atom.kind === "age");
  if (op === "-" && (isNow(one) || isNow(other)) && taints.length > 0) return { atoms: [{ kind: "age", absolute: false }], taints };
  if (age !== undefined) return { atoms: [age], taints };
  if (isNow(one) || isNow(other)) return { atoms: [{ kind: "now" }], taints };
  const [left, right] = [soleConstant(one), soleConstant(other)];
  if (op === "*" && typeof left?.value === "number" && typeof right?.value === "number") return constant(left.value * right.value);
  return { atoms: [{ kind: "unknown" }], taints: taints.map((taint) => ({ ...taint, derived: true })) };
}

function logic(machine: Machine, { op, left, right }: Of<"logic">, scope: Scope): Value {
  const one = machine.evaluate(left, scope);
  const truth = truthOf(one);
  if (op === "and" && truth === "false") return one;
  if (op === "or" && truth === "true") return one;
  const before = machine.state.facts;
  // The right side runs only where the left one let it.
  let other: Value = NOTHING;
  machine.ways(
    () => {
      if (op !== "nullish") assume(machine, one, op === "and");
      if (machine.state.alive) other = machine.evaluate(right, scope);
    },
    () => undefined,
  );
  machine.state.facts = before;
  const test = op === "and" ? and(one.test, other.test) : op === "or" ? or(one.test, other.test) : undefined;
  const either =
    op === "and" ? join(truth === "true" ? NOTHING : falsyOf(one), other) : join(truth === "false" ? NOTHING : present(one), other);
  return { atoms: either.atoms, taints: either.taints, ...(test !== undefined && { test }) };
}

const falsyOf = (value: Value): Value => (value.atoms.some((atom) => atom.kind === "object" || atom.kind === "function") ? NOTHING : value);

/** What `x ?? y` and `x || y` take of `x`. */
function present(value: Value): Value {
  const atoms = value.atoms.filter((atom) => atom.kind !== "constant" || (atom.value !== undefined && atom.value !== null));
  return { atoms, taints: value.taints };
}

function unary(machine: Machine, { op, value: expression, at }: Of<"unary">, scope: Scope): Value {
  if (op === "delete" && expression.kind === "index") {
    const what = machine.evaluate(expression.index, scope);
    machine.report({ kind: "remember", collection: machine.evaluate(expression.object, scope), what, forgets: true }, at);
    return UNDEFINED;
  }
  const value = machine.evaluate(expression, scope);
  if (op === "typeof") return { ...UNKNOWN, test: typeOf(value.taints) };
  if (op === "void" || op === "delete") return UNDEFINED;
  const known_ = soleConstant(value);
  if (op === "-" && typeof known_?.value === "number") return constant(-known_.value);
  return value;
}

function conditional(machine: Machine, { test, then, else: otherwise }: Of<"conditional">, scope: Scope): Value {
  const value = machine.evaluate(test, scope);
  const truth = truthOf(value);
  if (truth !== "either") return machine.evaluate(truth === "true" ? then : otherwise, scope);
  let one: Value = NOTHING;
  let other: Value = NOTHING;
  machine.ways(
    () => {
      assume(machine, value, true);
      one = settled(machine, machine.evaluate(then, scope));
    },
    () => {
      assume(machine, value, false);
      other = settled(machine, machine.evaluate(otherwise, scope));
    },
  );
  return join(one, other);
}

/** `ALLOWED.has(x) ? x : fallback`: what was established of it there goes with the value, since the fact ends here. */
function settled(machine: Machine, value: Value): Value {
  const { facts } = machine.state;
  if (facts.size === 0 || value.taints.length === 0) return value;
  const taints = value.taints.map((taint) => {
    const about = facts.get(`${taint.origin.id}:${taint.path}`) ?? [];
    const closed = about.some((fact) => fact.kind === "allowed" && fact.own);
    const bounded = about.some((fact) => fact.kind === "bounded");
    return closed || bounded ? { ...taint, closed: taint.closed || closed, bounded: taint.bounded === true || bounded } : taint;
  });
  return { ...value, taints };
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

function comprehension(machine: Machine, { style, key, element, clauses, at }: Of<"comprehension">, scope: Scope): Value {
  const inner = new Scope("block", scope);
  const made = machine.make(style === "dict" ? "object" : style === "set" ? "set" : "list", at);
  machine.ways(
    () => {
      for (const clause of clauses) {
        const over = machine.element(machine.evaluate(clause.over, inner));
        machine.bind(clause.target, isNothing(over) ? UNKNOWN : over, inner, "declare");
        for (const condition of clause.conditions) assume(machine, machine.evaluate(condition, inner), true);
      }
      if (!machine.state.alive) return;
      if (key !== undefined) made.keys = join(made.keys, machine.evaluate(key, inner));
      made.add(settled(machine, machine.evaluate(element, inner)));
    },
    () => undefined,
  );
  return objectValue(made);
}

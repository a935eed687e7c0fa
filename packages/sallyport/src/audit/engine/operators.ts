// Operators: what comes of two values, and what a comparison establishes.
import { difference, isTime } from "./ages.ts";
import type { Expression } from "../ir/ir.ts";
import { comparison, membership, seenBefore, typeOf } from "./conditions.ts";
import { and, negated, or } from "./facts.ts";
import type { Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { assume } from "./branches.ts";
import { derive } from "./taint.ts";
import { NOTHING, UNDEFINED, UNKNOWN, type Value, constant, isSure, join, objectValue, soleConstant, truthOf, objectsOf } from "./value.ts";

export type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export function textOf(machine: Machine, parts: readonly Value[], at: number): Value {
  const constants = parts.map((part) => soleConstant(part));
  if (constants.every((part) => part !== undefined)) return constant(constants.map((part) => String(part?.value)).join(""));
  const { file } = machine.activation.module.ir;
  const written = { file, at };
  const taints = join(...parts.map((part): Value => ({ atoms: [], taints: part.taints }))).taints;
  return { atoms: [{ kind: "text", parts, writtenAt: written }], taints: derive(taints, file, at, "becomes part of a text") };
}

const ARITHMETIC = new Set(["-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>"]);

export function binary(machine: Machine, { op, left, right, at }: Of<"binary">, scope: Scope): Value {
  const one = machine.evaluate(left, scope);
  const other = machine.evaluate(right, scope);
  if (op === "+") return add(machine, one, other, at);
  if (ARITHMETIC.has(op)) return arithmetic(op, one, other);
  if (op === "in" || op === "not-in") {
    const own = machine.language !== "javascript";
    const test = seenBefore(one, other) ?? membership(one, other, own, "an `in` test");
    machine.report({ kind: "remember", collection: other, what: one, forgets: false, asks: "whether" }, at);
    if (isIn(one, other)) return constant(op === "in");
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
  const equality = op === "==" || op === "!=";
  if (equality && ((isAbsence(left) && isThing(other)) || (isAbsence(right) && isThing(one)))) return constant(op === "!=");
  if (left === undefined || right === undefined) return UNKNOWN;
  if (op === "==") return constant(left.value === right.value);
  return op === "!=" ? constant(left.value !== right.value) : UNKNOWN;
}

const isAbsence = (sole: { readonly value: unknown } | undefined): boolean =>
  sole !== undefined && (sole.value === null || sole.value === undefined);

/** A function or the like: it is not nothing. */
const isThing = (value: Value): boolean =>
  truthOf(value) === "true" && value.atoms.every((atom) => atom.kind === "function" || atom.kind === "class" || atom.kind === "library");

/** A name that the object was written with is in it. */
const isIn = (one: Value, other: Value): boolean => {
  const name = soleConstant(one);
  return typeof name?.value === "string" && isSure(other, name.value);
};

export function add(machine: Machine, one: Value, other: Value, at: number): Value {
  const lists = [...objectsOf(one), ...objectsOf(other)].filter((object) => object.kind === "list");
  if (lists.length > 0) {
    const list = machine.make("list", at);
    for (const object of lists) list.add(object.all());
    return objectValue(list, join({ atoms: [], taints: one.taints }, { atoms: [], taints: other.taints }).taints);
  }
  const [left, right] = [soleConstant(one), soleConstant(other)];
  if (typeof left?.value === "number" && typeof right?.value === "number") return constant(left.value + right.value);
  if ((isTime(one) && isSpan(other)) || (isTime(other) && isSpan(one))) return arithmetic("+", one, other);
  const parts = [one, other].flatMap((value) =>
    value.atoms.length === 1 && value.atoms[0]?.kind === "text" && value.atoms[0].encoded !== true ? value.atoms[0].parts : [value],
  );
  return textOf(machine, parts, at);
}

/** Something that may be added to a time; what is text makes text of it. */
const isSpan = ({ atoms, taints }: Value): boolean =>
  taints.length === 0 && atoms.every((atom) => atom.kind === "unknown" || (atom.kind === "constant" && typeof atom.value === "number"));

/** Times and spans of time are times; the rest are numbers of whoever gave them. */
export function arithmetic(op: string, one: Value, other: Value): Value {
  const time = difference(op, one, other);
  if (time !== undefined) return time;
  const { taints } = join({ atoms: [], taints: one.taints }, { atoms: [], taints: other.taints });
  const [left, right] = [soleConstant(one), soleConstant(other)];
  if (op === "*" && typeof left?.value === "number" && typeof right?.value === "number") return constant(left.value * right.value);
  return { atoms: [{ kind: "unknown" }], taints: taints.map((taint) => ({ ...taint, derived: true })) };
}

export function logic(machine: Machine, { op, left, right }: Of<"logic">, scope: Scope): Value {
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

export function unary(machine: Machine, { op, value: expression, at }: Of<"unary">, scope: Scope): Value {
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

export function conditional(machine: Machine, { test, then, else: otherwise }: Of<"conditional">, scope: Scope): Value {
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
export function settled(machine: Machine, value: Value): Value {
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

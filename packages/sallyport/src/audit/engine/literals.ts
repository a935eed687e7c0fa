// Objects, lists and comprehensions, as they are written.
import type { Expression, Item } from "../ir/ir.ts";
import { close } from "./closures.ts";
import type { Machine } from "./machine.ts";
import { settled } from "./operators.ts";
import type { Given } from "./paths.ts";
import { Scope } from "./scope.ts";
import { spreadInto } from "./spread.ts";
import { assume } from "./branches.ts";
import { isWords } from "./tables.ts";
import { NOTHING, UNKNOWN, type Value, isNothing, join, objectValue, objectsOf, rowOf, soleConstant } from "./value.ts";

export type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export const NO_ARGUMENTS: Given = { positional: [], named: new Map(), more: undefined, moreNamed: undefined };

export function objectLiteral(machine: Machine, { entries, type, at }: Of<"object">, scope: Scope): Value {
  const typed = type === undefined ? NOTHING : machine.program.instanceFor(machine, type, scope, at);
  const object = objectsOf(typed)[0] ?? machine.make("object", at);
  object.prototype = machine.language === "javascript";
  for (const entry of entries) {
    switch (entry.kind) {
      case "property":
        object.write(entry.key, machine.evaluate(entry.value, scope));
        object.sure.add(entry.key);
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

function writeComputed(key: Value, value: Value, object: ReturnType<Machine["make"]>): void {
  const name = soleConstant(key);
  if (name !== undefined) object.write(String(name.value), value);
  else {
    object.add(value);
    object.keys = join(object.keys, key);
  }
}

export function listLiteral(machine: Machine, style: "list" | "tuple" | "set", items: readonly Item[], at: number, scope: Scope): Value {
  const list = machine.make(style === "set" ? "set" : "list", at);
  list.results = style === "tuple";
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

export function comprehension(machine: Machine, expression: Of<"comprehension">, scope: Scope): Value {
  const { style, key, element, clauses, at } = expression;
  const [only] = clauses;
  const inner = new Scope("block", scope);
  const outer = only === undefined ? UNKNOWN : machine.evaluate(only.over, inner);
  const copied = copyOf(machine, expression, inner);
  if (copied !== undefined) return copied;
  const row = style === "list" && clauses.length === 1 ? rowOf(outer) : undefined;
  if (only !== undefined && row !== undefined && isWords(row)) return ofWords(machine, expression, only, row, inner);
  const made = machine.make(style === "dict" ? "object" : style === "set" ? "set" : "list", at);
  machine.ways(
    () => {
      for (const clause of clauses) {
        const over = machine.element(clause === only ? outer : machine.evaluate(clause.over, inner));
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

/** `{k: v for k, v in given.items() if v is not None}`: what came from outside, without some of it. */
function copyOf(machine: Machine, { style, key, element, clauses }: Of<"comprehension">, scope: Scope): Value | undefined {
  const [only] = clauses;
  if (style !== "dict" || clauses.length !== 1 || only?.target.kind !== "array" || only.over.kind !== "call") return undefined;
  const { callee } = only.over;
  const names = only.target.items.map((item) => (item?.kind === "name" ? item.name : undefined));
  const same = [key, element].every((one, index) => one?.kind === "name" && one.name === names[index]);
  if (!same || names.length !== 2 || callee.kind !== "member" || callee.name !== "items") return undefined;
  const whole = machine.evaluate(callee.object, scope);
  return isNothing(whole) || objectsOf(whole).some((object) => object.kind !== "object" || object.common) ? undefined : whole;
}

type Clause = Of<"comprehension">["clauses"][number];

/** Of names in a row: a row again. */
function ofWords(machine: Machine, { element, at }: Of<"comprehension">, clause: Clause, row: readonly Value[], scope: Scope): Value {
  const made = machine.make("list", at);
  for (const item of row) {
    const inner = new Scope("block", scope);
    machine.ways(
      () => {
        machine.bind(clause.target, item, inner, "declare");
        for (const condition of clause.conditions) assume(machine, machine.evaluate(condition, inner), true);
        if (machine.state.alive) made.write(String(made.fields.size), settled(machine, machine.evaluate(element, inner)));
      },
      () => undefined,
    );
  }
  return objectValue(made);
}

// Objects, lists and comprehensions, as they are written.
import type { Expression, Item } from "../ir/ir.ts";
import { close } from "./closures.ts";
import type { Machine } from "./machine.ts";
import { settled } from "./operators.ts";
import type { Given } from "./paths.ts";
import { Scope } from "./scope.ts";
import { spreadInto } from "./spread.ts";
import { assume } from "./branches.ts";
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

export function comprehension(machine: Machine, { style, key, element, clauses, at }: Of<"comprehension">, scope: Scope): Value {
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

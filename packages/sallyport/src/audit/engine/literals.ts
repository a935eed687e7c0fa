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
import { HeapObject } from "./heap.ts";
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

const MOST_ROWS = 8;
const MOST_IN_ORDER = 256;

/** A list's beginning, whose order is known, and what else is in it. */
interface Row {
  readonly items: Value[];
  rest: Value;
}

/** In order, as far as that is known, for each list that one handed on in it may have been. */
export function listLiteral(machine: Machine, style: "list" | "tuple" | "set", items: readonly Item[], at: number, scope: Scope): Value {
  const kind = style === "set" ? "set" : "list";
  let rows: Row[] = [{ items: [], rest: NOTHING }];
  for (const { value: expression, spread } of items) {
    const value = machine.evaluate(expression, scope);
    const behind = kind === "set" ? undefined : spread === true ? rowsIn(value) : [{ items: [value], rest: NOTHING }];
    if (behind !== undefined && behind.length > 1 && rows.length * behind.length <= MOST_ROWS)
      rows = rows.flatMap((row) => behind.map((more) => extended({ items: [...row.items], rest: row.rest }, more)));
    else {
      const more = behind?.length === 1 ? behind[0] : undefined;
      for (const row of rows) extended(row, more ?? { items: [], rest: spread === true ? machine.element(value) : value });
    }
  }
  const lists = rows.map((row, index) => {
    const list = index === 0 ? machine.make(kind, at) : new HeapObject(kind, machine.activation.module.ir.file, at);
    list.results = style === "tuple";
    for (const [place, item] of row.items.entries()) list.write(String(place), item);
    if (!isNothing(row.rest)) list.add(row.rest);
    return objectValue(list);
  });
  return join(...lists);
}

/** What comes behind what has no order, or too much of it, has none either. */
function extended(row: Row, { items, rest }: Row): Row {
  if (isNothing(row.rest) && row.items.length + items.length <= MOST_IN_ORDER) {
    row.items.push(...items);
    row.rest = rest;
  } else row.rest = join(row.rest, ...items, rest);
  return row;
}

/** `undefined` where what is handed on is no list, or also anything else. */
function rowsIn({ atoms, taints }: Value): readonly Row[] | undefined {
  const lists = atoms.flatMap((atom) => (atom.kind === "object" && atom.object.kind === "list" ? [atom.object] : []));
  if (taints.length > 0 || lists.length === 0 || lists.length < atoms.length) return undefined;
  return lists.map(({ fields, element }) => ({ items: [...fields.values()], rest: element }));
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

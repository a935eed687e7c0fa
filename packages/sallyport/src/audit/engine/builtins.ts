// What every language has under another name; see `Builtin` in the IR.
import type { Expression } from "../ir/ir.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { derive } from "./taint.ts";
import { deepTaints } from "./reach.ts";
import { constant, isNothing, join, NOTHING, objectsOf, objectValue, rowOf, textsOf, UNKNOWN, type Value } from "./value.ts";
import { HeapObject } from "./heap.ts";

export function builtin(machine: Machine, { name, args, at }: Extract<Expression, { kind: "builtin" }>, scope: Scope): Value {
  const values = args.map((argument) => machine.evaluate(argument, scope));
  const [first = UNKNOWN, second = UNKNOWN] = values;
  switch (name) {
    case "length":
      return machine.member(first, "length");
    case "entries":
      return entriesOf(machine, first, at);
    case "receive":
      return machine.element(first);
    case "send":
      for (const object of objectsOf(first)) object.add(second);
      return UNKNOWN;
    case "append":
      return append(machine, first, values.slice(1), at);
    case "text":
      return first;
    case "evaluate": {
      const { file } = machine.activation.module.ir;
      machine.report({ kind: "evaluate", code: first }, at);
      return { atoms: [{ kind: "unknown" }], taints: derive(deepTaints(first), file, at, "is run as code") };
    }
    case "module": {
      const [from] = textsOf(first);
      return from === undefined ? UNKNOWN : machine.program.imported(machine, from, "*");
    }
    case "exit":
      machine.report({ kind: "exit" }, at);
      machine.state.alive = false;
      return NOTHING;
  }
}

const MOST_LISTS = 6;

/** What was there, in order where the order is known, and what comes behind; for each list that it may have been. */
function append(machine: Machine, before: Value, items: readonly Value[], at: number): Value {
  const lists = objectsOf(before)
    .filter((object) => object.kind === "list")
    .slice(0, MOST_LISTS);
  const made = (lists.length === 0 ? [undefined] : lists).map((list): Value => {
    const longer = new HeapObject("list", machine.activation.module.ir.file, at);
    const row = list === undefined ? [] : rowOf(objectValue(list));
    if (row === undefined || row.length > 64)
      for (const value of [...(list === undefined ? [] : [list.all()]), ...items]) longer.add(value);
    else for (const [index, value] of [...row, ...items].entries()) longer.write(String(index), value);
    return objectValue(longer, before.taints);
  });
  return join(...made);
}

/** Pairs of key and value; of a list that is all there, each by itself. */
function entriesOf(machine: Machine, value: Value, at: number): Value {
  const list = machine.make("list", at);
  const pairOf = (key: Value, item: Value): Value => {
    const pair = new HeapObject("list", list.file, at);
    pair.write("0", key);
    pair.write("1", item);
    return objectValue(pair);
  };
  const row = rowOf(value);
  const named = objectsOf(value).flatMap((object) => (object.kind === "list" ? [] : [...object.fields]));
  if (row !== undefined) for (const [index, item] of row.entries()) list.write(String(index), pairOf(constant(index), item));
  else if (named.length > 0 && named.length < 100)
    for (const [index, [key, item]] of named.entries()) list.write(String(index), pairOf(constant(key), item));
  const rest =
    row === undefined
      ? join(...objectsOf(value).map((object) => object.element), value.taints.length > 0 ? machine.element(value) : NOTHING)
      : NOTHING;
  const unlisted = row === undefined && named.length === 0 ? machine.element(value) : rest;
  if (!isNothing(unlisted)) list.add(pairOf(join(UNKNOWN, ...objectsOf(value).map((object) => object.keys)), unlisted));
  return objectValue(list);
}

// What every language has under another name; see `Builtin` in the IR.
import type { Expression } from "../ir/ir.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { given } from "./paths.ts";
import { derive } from "./taint.ts";
import { deepTaints } from "./reach.ts";
import { join, NOTHING, objectsOf, objectValue, textsOf, UNKNOWN, type Value } from "./value.ts";

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
    case "append": {
      const list = machine.make("list", at);
      for (const object of objectsOf(first)) list.add(object.all());
      for (const value of values.slice(1)) list.add(value);
      return objectValue(list, first.taints);
    }
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

/** Pairs of key and value. */
function entriesOf(machine: Machine, value: Value, at: number): Value {
  const list = machine.make("list", at);
  const pair = machine.make("list", at);
  const keys = value.atoms.flatMap((atom) => (atom.kind === "object" && atom.object.kind !== "list" ? [...atom.object.fields.keys()] : []));
  pair.write("0", join(UNKNOWN, ...keys.map((key): Value => ({ atoms: [{ kind: "constant", value: key }], taints: [] }))));
  pair.write("1", machine.element(value));
  list.add(objectValue(pair));
  return objectValue(list);
}

export { given };

// A value after a schema has let it through.
import type { Place } from "../ir/ir.ts";
import type { HeapObject } from "./heap.ts";
import type { Machine } from "./machine.ts";
import { fieldOf, type Schema } from "./schema.ts";
import { isClosed, step, type Taint } from "./taint.ts";
import { type Atom, type Value } from "./value.ts";

export function checkedBy(machine: Machine, value: Value, schema: Schema, at: Place, depth = 0): Value {
  const taints = value.taints.map((taint) => checkTaint(machine, taint, schema, at));
  if (depth > 6) return { ...value, taints };
  const atoms = value.atoms.map((atom): Atom =>
    atom.kind === "object" ? { kind: "object", object: checkObject(machine, atom.object, schema, at, depth) } : atom,
  );
  return { atoms, taints };
}

function checkTaint(machine: Machine, taint: Taint, schema: Schema, at: Place): Taint {
  const { file } = machine.activation.module.ir;
  return {
    ...taint,
    schema,
    derived: false,
    closed: taint.closed || isClosed(schema),
    step: step(taint.step, file, at, "checked against a schema"),
  };
}

function checkObject(machine: Machine, object: HeapObject, schema: Schema, at: Place, depth: number): HeapObject {
  if (object.type !== undefined) return object;
  const kept = machine.make(object.kind, at);
  kept.prototype = object.prototype;
  for (const [name, field] of object.fields) {
    const known = fieldOf(schema, name);
    if (known === "absent") continue;
    kept.write(name, known === undefined ? field : checkedBy(machine, field, known, at, depth + 1));
  }
  for (const [name, taints] of object.overlaid) if (kept.fields.has(name)) kept.overlaid.set(name, taints);
  const element = fieldOf(schema, "[]");
  if (schema.kind !== "object" || schema.unknownKeys === "kept")
    kept.element =
      element === undefined || element === "absent" ? object.element : checkedBy(machine, object.element, element, at, depth + 1);
  return kept;
}

// Members of one value as members of another.
import type { HeapObject } from "./heap.ts";
import { partOf } from "./taint.ts";
import { isNothing, join, objectsOf, UNKNOWN, type Value } from "./value.ts";

/** Known members by name; and what is not known, as members that nobody chose. */
export function spreadInto(value: Value, into: HeapObject): void {
  for (const object of objectsOf(value)) {
    for (const [key, field] of object.fields) into.write(key, field);
    if (!isNothing(object.element)) into.add(object.element);
    into.keys = join(into.keys, object.keys);
    if (object.type !== undefined && into.type === undefined && object.fields.size === 0) into.add(UNKNOWN);
  }
  if (value.taints.length === 0) return;
  for (const key of into.fields.keys()) {
    const over = value.taints.filter((taint) => partOf(taint, key) !== undefined);
    if (over.length > 0) into.overlaid.set(key, over);
  }
  const outside: Value = { atoms: [{ kind: "unknown" }], taints: value.taints };
  into.add(outside);
  into.keys = join(into.keys, outside);
}

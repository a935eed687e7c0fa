// Objects of the program: one for each place that makes them, and for each way the engine came there.
import type { Place } from "../ir/ir.ts";
import { grew, hasGrown } from "./growth.ts";
import type { Taint } from "./taint.ts";
import type { ClassValue, HeapKind, HeapObject as Shape, Value } from "./kinds.ts";
import { join, NOTHING } from "./value.ts";

export type { HeapKind };

export class HeapObject implements Shape {
  readonly kind: HeapKind;
  readonly file: string;
  readonly at: Place;
  readonly fields = new Map<string, Value>();
  readonly sure = new Set<string>();
  element: Value = NOTHING;
  keys: Value = NOTHING;
  cls: ClassValue | undefined;
  type: string | undefined;
  readonly slots = new Map<string, Value>();
  prototype = false;
  readonly overlaid = new Map<string, readonly Taint[]>();
  listed = false;
  results = false;
  common = false;

  constructor(kind: HeapKind, file: string, at: Place) {
    this.kind = kind;
    this.file = file;
    this.at = at;
  }

  read(name: string): Value | undefined {
    const found = this.fields.get(name);
    if (found !== undefined) return this.element.atoms.length === 0 ? found : join(found, this.element);
    return undefined;
  }

  /** Everything that is in it. */
  all(): Value {
    return join(...this.fields.values(), this.element);
  }

  /** Weak: what was there may still be. */
  write(name: string, value: Value): void {
    const before = this.fields.get(name) ?? NOTHING;
    const after = join(before, value);
    if (this.common && hasGrown(before, after)) grew();
    this.fields.set(name, after);
  }

  add(value: Value): void {
    const after = join(this.element, value);
    if (this.common && hasGrown(this.element, after)) grew();
    this.element = after;
  }
}

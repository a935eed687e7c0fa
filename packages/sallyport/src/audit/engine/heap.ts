// Objects of the program: one for each place that makes them, and for each way the engine came there.
import type { Place } from "../ir/ir.ts";
import { grew, hasGrown } from "./growth.ts";
import type { Taint } from "./taint.ts";
import { type ClassValue, join, NOTHING, type Value } from "./value.ts";

export type HeapKind = "object" | "list" | "map" | "set" | "instance" | "library" | "channel";

export class HeapObject {
  readonly kind: HeapKind;
  readonly file: string;
  readonly at: Place;
  readonly fields = new Map<string, Value>();
  /** What stands under keys or at places that are not known. */
  element: Value = NOTHING;
  /** Keys that are not known by name. */
  keys: Value = NOTHING;
  cls: ClassValue | undefined;
  /** Of a library: `model:Type`. */
  type: string | undefined;
  /** What earlier calls left on it: see `remember` in models. */
  readonly slots = new Map<string, Value>();
  /** Looking something up in it by any text can find what nobody put there. */
  prototype = false;
  /** Members that what came from outside was laid over: `{ id: newId(), ...args }`. */
  readonly overlaid = new Map<string, readonly Taint[]>();
  /** What it holds came from outside as a whole: nobody chose its members one by one. */
  listed = false;

  /** Made before anybody was let in: what one leaves in it is there for another. */
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

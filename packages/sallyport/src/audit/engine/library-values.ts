// What libraries hand out: their exports by name, and values of the types that their models speak of.
import type { Place, TypeRef } from "../ir/ir.ts";
import type { Content } from "../models/model.ts";
import { globalFunction } from "./globals.ts";
import type { Machine, Site } from "./machine.ts";
import { collectionOf } from "./results.ts";
import { ANY } from "./schema.ts";
import { SCHEMA_LIBRARIES } from "./schemas/zod.ts";
import type { Scope } from "./scope.ts";
import { type ClassValue, join, NOTHING, objectsOf, objectValue, schemaValue, UNKNOWN, type Value } from "./value.ts";

/** What a library gives under a name: by its model, by what the engine knows of it, or as a part of it. */
export function libraryExport(machine: Machine, library: string, subpath: string, name: string): Value {
  const specifier = subpath === "" ? library : `${library}/${subpath}`;
  if (SCHEMA_LIBRARIES.has(library))
    return name === "*" || name === "default" || name === "z"
      ? schemaValue(ANY)
      : { atoms: [{ kind: "native", name, receiver: schemaValue(ANY) }], taints: [] };
  const native = globalFunction(`${specifier.replaceAll("/", ".")}.${name}`) ?? globalFunction(`${specifier}.${name}`);
  const known = machine.models.exported(specifier, name);
  if (known !== undefined) {
    const { member } = known;
    const onlyIs =
      member.acts === undefined &&
      member.calls === undefined &&
      member.returns === undefined &&
      member.tool === undefined &&
      member.resource === undefined &&
      member.decorates === undefined;
    if (member.is !== undefined && onlyIs) return machine.program.ofType(machine, member.is);
    const own: Value = { atoms: [{ kind: "library", known, name, receiver: undefined }], taints: [] };
    if (native === undefined) return member.is === undefined ? own : join(own, machine.program.ofType(machine, member.is));
  }
  if (native !== undefined) return globalNamed(`${specifier.replaceAll("/", ".")}.${name}`, specifier, name);
  if (name === "*" || name === "default") return { atoms: [{ kind: "namespace", library, subpath }], taints: [] };
  const inner = machine.models.model(`${specifier}/${name}`);
  return {
    atoms: [
      inner === undefined
        ? { kind: "namespace", library, subpath: specifier === library ? name : `${subpath}.${name}` }
        : { kind: "namespace", library, subpath: subpath === "" ? name : `${subpath}/${name}` },
    ],
    taints: [],
  };
}

function globalNamed(dotted: string, specifier: string, name: string): Value {
  const key = globalFunction(dotted) === undefined ? `${specifier}.${name}` : dotted;
  return { atoms: [{ kind: "native", name: key, receiver: NOTHING }], taints: [] };
}

/** A value of a type as models write it: `model:Type`, `list:…`, `tuple:…`, `content:…`. */
export function ofType(machine: Machine, type: string, receiver?: Value, site?: Site): Value {
  if (type === "?" || type === "error") return UNKNOWN;
  const [kind, of] = /^(list|map):(.*)$/.exec(type)?.slice(1) ?? [];
  if (of !== undefined) return collectionOf(machine, kind === "map" ? "map" : "list", ofType(machine, of, receiver, site), site?.at ?? 0);
  if (type.startsWith("tuple:")) {
    // Of its own each time: a list that is a part of it is made at the same place.
    const list = machine.make("list", 0);
    list.results = true;
    for (const [index, part] of type.slice(6).split(",").entries()) list.write(String(index), ofType(machine, part, receiver, site));
    return objectValue(list);
  }
  if (type.startsWith("content:")) {
    const content = type.slice(8) as Content;
    return {
      atoms: [{ kind: "unknown" }],
      taints: (receiver?.taints ?? []).map((taint) => ({ ...taint, content, path: taint.path === "" ? content : taint.path })),
    };
  }
  const object = machine.make("library", site?.at ?? 0, type);
  return objectValue(object, receiver?.taints ?? []);
}

/** What a class has of a library's class that it extends. */
export function baseMember(machine: Machine, cls: ClassValue, name: string, self?: Value): Value {
  const found = cls.bases.flatMap((base) =>
    base.atoms.map((atom): Value => {
      if (atom.kind === "class") return baseMember(machine, atom.cls, name, self);
      if (atom.kind !== "library" || atom.known.member.returns === undefined) return NOTHING;
      const type = ofType(machine, atom.known.member.returns, self);
      const known = machine.models.member(atom.known.member.returns, name);
      if (known === undefined) return NOTHING;
      if (self !== undefined) keepSlots(self, type);
      return machine.member(type, name);
    }),
  );
  return join(...found);
}

/** What earlier calls left on the one is left on the other too. */
export function keepSlots(from: Value, to: Value): void {
  for (const { slots } of objectsOf(from))
    for (const object of objectsOf(to))
      for (const [slot, kept] of slots) object.slots.set(slot, join(object.slots.get(slot) ?? NOTHING, kept));
}

/** A new value of a type that the program names: of a class of its own, or of a library. */
export function instanceFor(machine: Machine, type: TypeRef, scope: Scope, at: Place): Value {
  const [head = "", ...rest] = type.path;
  const cell = scope.find(head);
  let value = cell === undefined ? NOTHING : machine.state.read(cell);
  for (const name of rest) value = machine.member(value, name);
  for (const atom of value.atoms) {
    if (atom.kind === "class") {
      const object = machine.make("instance", at);
      object.cls = atom.cls;
      return objectValue(object);
    }
    if (atom.kind === "library" && atom.known.member.returns !== undefined) return ofType(machine, atom.known.member.returns);
    if (atom.kind === "object" && atom.object.type !== undefined) return ofType(machine, atom.object.type);
  }
  return NOTHING;
}

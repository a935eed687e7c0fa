// Composite literals: structs and maps become objects, slices and arrays lists. Go leaves inner types out; they are filled in.
import type { Entry, Expression, Item, TypeRef } from "../../ir/ir.ts";
import { fieldNames } from "./lower-types.ts";
import { nested, opaque, placeOf, type Reading, textOf } from "./reading.ts";
import { child, type Syntax } from "./syntax.ts";

export function compositeLiteral(r: Reading, node: Syntax): Expression {
  const type = child(node, "type");
  const body = child(node, "body");
  return type === undefined || body === undefined ? opaque(r, node) : literalOf(r, type, body, placeOf(r, node));
}

const LISTS = new Set(["slice_type", "array_type", "implicit_length_array_type"]);

/** @param type as written, or as the surrounding literal has it; absent when only another package knows. */
function literalOf(r: Reading, type: Syntax | undefined, body: Syntax, at: number): Expression {
  const shape = shapeOf(r, type);
  if (shape !== undefined && LISTS.has(shape.kind)) return list(r, child(shape, "element"), body, at);
  const ref = type === undefined ? undefined : r.type(type);
  if (shape?.kind === "map_type") return object(mapEntries(r, shape, body), ref, at);
  return object(structEntries(r, shape, body), ref, at);
}

const object = (entries: readonly Entry[], type: TypeRef | undefined, at: number): Expression =>
  type === undefined ? { kind: "object", entries, at } : { kind: "object", entries, type, at };

/** What a type is made of, through pointers and names that this file declares. */
function shapeOf(r: Reading, type: Syntax | undefined): Syntax | undefined {
  let found = type;
  // Names can go in circles in a program that does not compile.
  for (let hops = 0; found !== undefined && hops < 8; hops++) {
    if (found.kind === "pointer_type" || found.kind === "parenthesized_type") found = found.children[0];
    else if (found.kind === "generic_type") found = child(found, "type");
    else if (found.kind === "type_identifier" && r.types.has(textOf(r, found))) found = r.types.get(textOf(r, found));
    else return found;
  }
  return found;
}

function list(r: Reading, element: Syntax | undefined, body: Syntax, at: number): Expression {
  const items: Item[] = [];
  for (const each of body.children) {
    const value = each.kind === "keyed_element" ? child(each, "value") : each;
    if (value !== undefined) items.push({ value: valueOf(r, element, value) });
  }
  return { kind: "array", style: "list", items, at };
}

/** An element: an expression, or a literal whose type is known from around it. */
function valueOf(r: Reading, type: Syntax | undefined, element: Syntax): Expression {
  const node = element.kind === "literal_element" ? element.children[0] : element;
  if (node === undefined) return opaque(r, element);
  if (node.kind !== "literal_value") return r.expression(node);
  return nested(
    r,
    node,
    () => literalOf(r, type, node, placeOf(r, node)),
    () => opaque(r, node),
  );
}

function mapEntries(r: Reading, shape: Syntax, body: Syntax): Entry[] {
  const key = child(shape, "key");
  const value = child(shape, "value");
  return keyed(body).map((each) => {
    const name = valueOf(r, key, each.key);
    return entry(name, valueOf(r, value, each.value), placeOf(r, each.key));
  });
}

const entry = (key: Expression, value: Expression, at: number): Entry =>
  key.kind === "literal" ? { kind: "property", key: String(key.value), value, at } : { kind: "computed", key, value, at };

function keyed(body: Syntax): { key: Syntax; value: Syntax }[] {
  return body.children.flatMap((each) => {
    const key = child(each, "key");
    const value = child(each, "value");
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
}

/** A type of another file or package may be a map after all: keys that are no plain names are values. */
function structEntries(r: Reading, shape: Syntax | undefined, body: Syntax): Entry[] {
  // Inside a struct, Go leaves no types out.
  let names: readonly string[] | undefined;
  return body.children.map((each, index) => {
    const key = child(each, "key");
    const at = placeOf(r, each);
    if (key !== undefined) return keyedEntry(r, key, child(each, "value") ?? each);
    names ??= shape?.kind === "struct_type" ? fieldNames(r, shape) : [];
    const name = names[index] ?? String(index);
    return { kind: "property", key: name, value: valueOf(r, undefined, each), at };
  });
}

function keyedEntry(r: Reading, element: Syntax, value: Syntax): Entry {
  const key = element.kind === "literal_element" ? (element.children[0] ?? element) : element;
  const at = placeOf(r, key);
  const lowered = valueOf(r, undefined, value);
  if (key.kind === "identifier") return { kind: "property", key: textOf(r, key), value: lowered, at };
  return entry(valueOf(r, undefined, key), lowered, at);
}

// Calls and conversions: what the language itself does is a builtin; everything else stays a call, for the models to know.
import type { Argument, Builtin, Expression, Item, Place } from "../../ir/ir.ts";
import { formatParts } from "./format.ts";
import { opaque, placeOf, type Reading, textOf } from "./reading.ts";
import { child, inner, type Syntax } from "./syntax.ts";

const NUMERIC = ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"];
/** Types of the language itself: calling one converts. */
const PREDECLARED = new Set([...NUMERIC, "float32", "float64", "complex64", "complex128", "byte", "rune", "bool", "any", "error"]);
const CHARACTERS = new Set(["byte", "rune", "uint8", "int32"]);
const ENDINGS = new Map([
  ["os", new Set(["Exit"])],
  ["log", new Set(["Fatal", "Fatalf", "Fatalln"])],
]);

export function call(r: Reading, node: Syntax): Expression {
  const lowered = called(r, node);
  r.keep(lowered.at, node);
  return lowered;
}

function called(r: Reading, node: Syntax): Expression {
  const written = child(node, "function");
  if (written === undefined) return opaque(r, node);
  const args = child(node, "arguments")?.children ?? [];
  const element = elementCalled(r, written, child(node, "type_arguments"));
  if (element !== undefined) return { kind: "call", callee: element, args: args.map((each) => argument(r, each)), at: element.at };
  const callee = instantiated(r, unpointed(written));
  if (callee.kind === "identifier") return namedCall(r, node, callee, args);
  return ended(r, callee, args) ?? formatted(r, callee, args) ?? plainCall(r, callee, args);
}

/** `(*T)(x)` converts to a pointer, which is the value itself. */
function unpointed(callee: Syntax): Syntax {
  const node = inner(callee);
  const operand = child(node, "operand");
  return node.kind === "unary_expression" && operand !== undefined ? inner(operand) : node;
}

/** `handlers[name](x)` calls an element, `f[T](x)` calls `f`: the grammar cannot tell them apart. */
function elementCalled(r: Reading, base: Syntax, typeArguments: Syntax | undefined): Expression | undefined {
  const only = typeArguments?.children.length === 1 ? typeArguments.children[0] : undefined;
  if (only === undefined || isType(r, only)) return undefined;
  return { kind: "index", object: r.expression(base), index: r.expression(only), at: placeOf(r, base) };
}

function instantiated(r: Reading, callee: Syntax): Syntax {
  const index = callee.kind === "index_expression" ? child(callee, "index") : undefined;
  return index !== undefined && isType(r, index) ? (child(callee, "operand") ?? callee) : callee;
}

function isType(r: Reading, node: Syntax): boolean {
  const found = node.kind === "type_elem" && node.children.length === 1 ? (node.children[0] as Syntax) : node;
  if (found.kind === "identifier" || found.kind === "type_identifier") {
    const name = textOf(r, found);
    return name === "string" || PREDECLARED.has(name) || r.types.has(name);
  }
  if (found.kind === "selector_expression" || found.kind === "qualified_type") {
    return r.imports.has(textOf(r, found.children[0] ?? found));
  }
  return found.kind.endsWith("_type");
}

function namedCall(r: Reading, node: Syntax, callee: Syntax, args: readonly Syntax[]): Expression {
  const name = textOf(r, callee);
  const at = placeOf(r, callee);
  const first = args[0];
  if (first !== undefined) {
    if (name === "len" || name === "cap") return builtin("length", [r.expression(first)], at);
    if (name === "string") return builtin("text", [r.expression(first)], at);
    if (name === "append") return append(r, args, at);
    if (name === "delete" && args[1] !== undefined) return removal(r, first, args[1], at);
    if (args.length === 1 && (PREDECLARED.has(name) || r.types.has(name))) {
      return { kind: "cast", value: r.expression(first), type: { path: [name] }, at: placeOf(r, node) };
    }
    if (name === "make" || name === "new") return allocation(r, callee, args);
  }
  return plainCall(r, callee, args);
}

const builtin = (name: Builtin, args: readonly Expression[], at: Place): Expression => ({ kind: "builtin", name, args, at });

/** `append(xs, ys...)` is a list of both. */
function append(r: Reading, args: readonly Syntax[], at: Place): Expression {
  if (args.at(-1)?.kind !== "variadic_argument")
    return builtin(
      "append",
      args.map((each) => r.expression(each)),
      at,
    );
  const items = args.map((each, index): Item => {
    const value = r.expression(each.kind === "variadic_argument" ? (each.children[0] ?? each) : each);
    return index === 0 || each.kind === "variadic_argument" ? { value, spread: true } : { value };
  });
  return { kind: "array", style: "list", items, at };
}

function removal(r: Reading, map: Syntax, key: Syntax, at: Place): Expression {
  const value: Expression = { kind: "index", object: r.expression(map), index: r.expression(key), at: placeOf(r, map) };
  return { kind: "unary", op: "delete", value, at };
}

/** What may name a type. */
const NAMES = /_type$|^identifier$|^type_identifier$|^selector_expression$/;

function allocation(r: Reading, callee: Syntax, [type, ...sizes]: readonly Syntax[]): Expression {
  const name: Expression = { kind: "name", name: textOf(r, callee), at: placeOf(r, callee) };
  // `new(value)`: a pointer to it, which is the value itself.
  if (type !== undefined && !NAMES.test(type.kind)) return r.expression(type);
  const made: Expression[] = type === undefined ? [] : [{ kind: "type", type: r.type(type), at: placeOf(r, type) }];
  return {
    kind: "call",
    callee: name,
    args: [...made, ...sizes.map((each) => r.expression(each))].map((value) => ({ value })),
    at: name.at,
  };
}

export function plainCall(r: Reading, callee: Syntax, args: readonly Syntax[]): Expression {
  const lowered = r.expression(callee);
  return { kind: "call", callee: lowered, args: args.map((each) => argument(r, each)), at: lowered.at };
}

function argument(r: Reading, node: Syntax): Argument {
  const spread = node.kind === "variadic_argument" ? node.children[0] : undefined;
  return spread === undefined ? { value: r.expression(node) } : { value: r.expression(spread), spread: "list" };
}

/** `package.Name`, when the package is one that this file imports by that name. */
function imported(r: Reading, callee: Syntax): { path: string; name: string } | undefined {
  const operand = child(callee, "operand");
  const field = child(callee, "field");
  if (callee.kind !== "selector_expression" || operand?.kind !== "identifier" || field === undefined) return undefined;
  const path = r.imports.get(textOf(r, operand));
  return path === undefined ? undefined : { path, name: textOf(r, field) };
}

function ended(r: Reading, callee: Syntax, args: readonly Syntax[]): Expression | undefined {
  const found = imported(r, callee);
  if (found === undefined || ENDINGS.get(found.path)?.has(found.name) !== true) return undefined;
  const at = placeOf(r, child(callee, "field") ?? callee);
  return builtin(
    "exit",
    args.map((each) => argument(r, each).value),
    at,
  );
}

/** `fmt.Sprintf` whose format stands in the source. */
function formatted(r: Reading, callee: Syntax, args: readonly Syntax[]): Expression | undefined {
  const found = imported(r, callee);
  const [first, ...rest] = args;
  if (found?.path !== "fmt" || found.name !== "Sprintf" || first === undefined) return undefined;
  if (rest.at(-1)?.kind === "variadic_argument") return undefined;
  const format = r.expression(first);
  if (format.kind !== "literal" || typeof format.value !== "string") return undefined;
  const values = rest.map((each) => r.expression(each));
  const at = placeOf(r, child(callee, "field") ?? callee);
  const parts = formatParts(format.value, values.length).map((part): Expression => {
    const literal: Expression = { kind: "literal", value: String(part), at: format.at };
    return typeof part === "number" ? (values[part] ?? literal) : literal;
  });
  return { kind: "template", parts, at };
}

/** `[]byte(x)`, `map[string]any(x)`, `T[int](x)`; but also `f[int](x)` and `handlers[name](x)`, which are calls. */
export function conversion(r: Reading, node: Syntax): Expression {
  const type = child(node, "type");
  const operand = child(node, "operand");
  if (type === undefined || operand === undefined) return opaque(r, node);
  const at = placeOf(r, node);
  if (type.kind === "generic_type") {
    const lowered = genericCall(r, type, operand);
    r.keep(lowered.at, node);
    return lowered;
  }
  const element = type.kind === "slice_type" ? child(type, "element") : undefined;
  if (element !== undefined && CHARACTERS.has(textOf(r, element))) return builtin("text", [r.expression(operand)], at);
  return { kind: "cast", value: r.expression(operand), type: r.type(type), at };
}

function genericCall(r: Reading, type: Syntax, operand: Syntax): Expression {
  const base = child(type, "type") ?? type;
  if (base.kind === "type_identifier" && r.types.has(textOf(r, base))) {
    return { kind: "cast", value: r.expression(operand), type: r.type(type), at: placeOf(r, type) };
  }
  const callee = elementCalled(r, base, child(type, "type_arguments"));
  return callee === undefined ? plainCall(r, base, [operand]) : { kind: "call", callee, args: [argument(r, operand)], at: callee.at };
}

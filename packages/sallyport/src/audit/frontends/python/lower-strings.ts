// Strings: escapes, f-strings, strings side by side.
import type { Expression, Place } from "../../ir/ir.ts";
import { literal, type LowerExpression, type Lowering } from "./lowering.ts";
import { childOf, type Syntax } from "./parse.ts";

const string: LowerExpression = (lowering, node) => joined(partsOf(lowering, node), lowering.at(node));

const concatenated: LowerExpression = (lowering, node) =>
  joined(
    node.children.flatMap((child) => partsOf(lowering, child)),
    lowering.at(node),
  );

/** Literal neighbours are one; a row of literals alone is a literal. */
export function joined(parts: readonly Expression[], at: Place): Expression {
  const merged: Expression[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (isText(part) && last !== undefined && isText(last)) merged[merged.length - 1] = literal(last.value + part.value, last.at);
    else if (!isText(part) || part.value !== "") merged.push(part);
  }
  const [only] = merged;
  if (only === undefined) return literal("", at);
  return merged.length === 1 && isText(only) ? literal(only.value, at) : { kind: "template", parts: merged, at };
}

export const isText = (value: Expression): value is Extract<Expression, { kind: "literal" }> & { value: string } =>
  value.kind === "literal" && typeof value.value === "string";

interface Prefix {
  readonly isRaw: boolean;
  readonly isFormatted: boolean;
}

const prefixOf = (node: Syntax): Prefix => {
  const start = node.children[0]?.text ?? "";
  return { isRaw: /r/i.test(start), isFormatted: /[ft]/i.test(start) };
};

function partsOf(lowering: Lowering, node: Syntax): Expression[] {
  const prefix = prefixOf(node);
  return node.children.flatMap((child) => {
    if (child.type === "string_content") return [literal(contentOf(child.text, prefix), lowering.at(child))];
    return child.type === "interpolation" ? interpolated(lowering, child) : [];
  });
}

/** `{value!r:{width}}`: the value, and what its format is made of. */
function interpolated(lowering: Lowering, node: Syntax): Expression[] {
  const format = childOf(node, "format_specifier");
  const nested = format?.children.filter((child) => child.type === "format_expression") ?? [];
  return [lowering.expression(childOf(node, "expression")), ...nested.flatMap((child) => interpolated(lowering, child))];
}

/** The text of a string that has no parts. */
export function plainText(node: Syntax): string | undefined {
  if (node.type === "concatenated_string") {
    const texts = node.children.map(plainText);
    return texts.includes(undefined) ? undefined : texts.join("");
  }
  if (node.type !== "string" || node.children.some((child) => child.type === "interpolation")) return undefined;
  const prefix = prefixOf(node);
  return node.children.map((child) => (child.type === "string_content" ? contentOf(child.text, prefix) : "")).join("");
}

function contentOf(text: string, { isRaw, isFormatted }: Prefix): string {
  const unbraced = isFormatted ? text.replaceAll("{{", "{").replaceAll("}}", "}") : text;
  const content = unbraced.replaceAll("\r\n", "\n");
  return isRaw || !content.includes("\\") ? content : content.replaceAll(ESCAPE, unescape);
}

const ESCAPE = /\\(?:\n|[\\'"abfnrtv]|[0-7]{1,3}|x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8})/gi;
const ESCAPED = new Map([
  ["\n", ""],
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

function unescape(escape: string): string {
  const letter = escape.charAt(1);
  if (/[xuU]/.test(letter)) return codePoint(Number.parseInt(escape.slice(2), 16));
  if (/[0-7]/.test(letter)) return codePoint(Number.parseInt(escape.slice(1), 8));
  return ESCAPED.get(letter) ?? (/[\\'"]/.test(letter) ? letter : escape);
}

const codePoint = (code: number): string => (code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code));

export const STRING_EXPRESSIONS: readonly (readonly [string, LowerExpression])[] = [
  ["string", string],
  ["concatenated_string", concatenated],
];

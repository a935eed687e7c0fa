// Values that stand in the source: numbers, strings, and what can be computed from them.
import type { BinaryOperator } from "../../ir/ir.ts";

type Literal = string | number | boolean | null | undefined;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** The text between the quotes, with its escapes undone. */
export function unescape(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replaceAll(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{3})|(.))/gi, (_, x, u, long, octal, simple) => {
    if (simple !== undefined) return SIMPLE_ESCAPES.get(String(simple)) ?? String(simple);
    const code = octal === undefined ? Number.parseInt(String(x ?? u ?? long), 16) : Number.parseInt(String(octal), 8);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
  });
}

export function integer(raw: string): number {
  const digits = raw.replaceAll("_", "");
  return /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

/** Hexadecimal floats are not worth it: they are not a number here. */
export const float = (raw: string): number => Number(raw.replaceAll("_", ""));

const SUMS: ReadonlyMap<BinaryOperator, (left: number, right: number) => number> = new Map<
  BinaryOperator,
  (left: number, right: number) => number
>([
  ["+", (left, right) => left + right],
  ["-", (left, right) => left - right],
  ["*", (left, right) => left * right],
  ["/", (left, right) => (Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(left / right) : left / right)],
  ["%", (left, right) => left % right],
  // Constants are wider than 32 bits.
  ["<<", (left, right) => left * 2 ** right],
  [">>", (left, right) => Math.floor(left / 2 ** right)],
  ["|", bitwise((left, right) => left | right)],
  ["&", bitwise((left, right) => left & right)],
  ["^", bitwise((left, right) => left ^ right)],
]);

function bitwise(operate: (left: bigint, right: bigint) => bigint): (left: number, right: number) => number {
  return (left, right) =>
    Number.isSafeInteger(left) && Number.isSafeInteger(right) ? Number(operate(BigInt(left), BigInt(right))) : Number.NaN;
}

/** A constant of constants; `undefined` when it has no finite value. */
export function compute(op: BinaryOperator, left: Literal, right: Literal): string | number | undefined {
  if (op === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (typeof left !== "number" || typeof right !== "number") return undefined;
  const sum = SUMS.get(op)?.(left, right);
  return sum !== undefined && Number.isFinite(sum) ? sum : undefined;
}

// The two older ways to make a string of parts, `"%s" % x` and `"{}".format(x)`, as templates.
import type { Argument, Entry, Expression, Place } from "../../ir/ir.ts";
import { isText, joined } from "./lower-strings.ts";
import { again, literal, type Lowering, memberOf, opaque } from "./lowering.ts";
import type { Syntax } from "./parse.ts";

const PERCENT = /%(?:\((?<key>[^)]*)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?<letter>[diouxXeEfFgGcrsa%])/g;

/** `undefined` when it is arithmetic: the left side is no literal text. */
export function formatByPercent(
  lowering: Lowering,
  operator: string,
  left: Expression,
  right: Syntax | undefined,
  at: Place,
): Expression | undefined {
  if (operator !== "%" || !isText(left) || right === undefined) return undefined;
  const value = lowering.expression(right);
  const values = valuesFor(value);
  const parts: Expression[] = [];
  let end = 0;
  let count = 0;
  for (const match of left.value.matchAll(PERCENT)) {
    parts.push(literal(left.value.slice(end, match.index), left.at));
    end = match.index + match[0].length;
    const key = match.groups?.["key"];
    if (match.groups?.["letter"] === "%") parts.push(literal("%", left.at));
    else parts.push(key === undefined ? values.at(count++) : values.named(key));
  }
  parts.push(literal(left.value.slice(end), left.at));
  return joined([...parts, ...values.unused()], at);
}

interface Values {
  at(index: number): Expression;
  named(key: string): Expression;
  /** What no place in the text took, but which is there. */
  unused(): Expression[];
}

function valuesFor(value: Expression): Values {
  const taken = new Set<Expression>();
  const take = (found: Expression): Expression => {
    const isFirst = !taken.has(found);
    taken.add(found);
    return isFirst ? found : again(found);
  };
  const items = value.kind === "array" && value.style === "tuple" && !value.items.some((item) => item.spread) ? value.items : undefined;
  const entries = new Map(value.kind === "object" ? value.entries.flatMap(propertyOf) : []);
  const whole = items === undefined;
  return {
    at: (index) => (whole ? take(value) : take(items[index]?.value ?? opaque([], value.at))),
    named(key) {
      const entry = entries.get(key);
      if (entry !== undefined) return take(entry);
      return isSmall(value) ? { kind: "index", object: value, index: literal(key, value.at), at: value.at } : take(value);
    },
    unused: () => (whole && value.kind !== "object" && taken.size === 0 && !isSmall(value) ? [value] : []),
  };
}

const propertyOf = (entry: Entry): [string, Expression][] => (entry.kind === "property" ? [[entry.key, entry.value]] : []);
const isSmall = (value: Expression): boolean => again(value) === value;

const FIELD = /\{\{|\}\}|\{(?<name>[^{}!:[.]*)(?<path>[^{}!:]*)(?:![rsa])?(?::(?<spec>(?:[^{}]|\{[^{}]*\})*))?\}/g;

/** `"{} {name.part[key]!r:>{width}}".format(…)`. */
export function formatByBraces(text: string, args: readonly Argument[], at: Place): Expression {
  if (args.some((arg) => arg.spread !== undefined))
    return joined(
      [
        literal(text, at),
        opaque(
          args.map((arg) => arg.value),
          at,
        ),
      ],
      at,
    );
  const parts: Expression[] = [];
  const taken = new Set<Expression>();
  let count = 0;
  const positional = args.filter((arg) => arg.name === undefined);
  const field = (name: string, path: string): Expression => {
    const arg = /^\d*$/.test(name) ? positional[name === "" ? count++ : Number(name)] : args.find((each) => each.name === name);
    const value = arg?.value ?? opaque([], at);
    const used = taken.has(value) ? again(value) : value;
    taken.add(value);
    return followed(used, path, at);
  };
  let end = 0;
  for (const match of text.matchAll(FIELD)) {
    parts.push(literal(text.slice(end, match.index), at));
    end = match.index + match[0].length;
    if (match[0] === "{{" || match[0] === "}}") parts.push(literal(match[0].charAt(0), at));
    else {
      parts.push(field(match.groups?.["name"] ?? "", match.groups?.["path"] ?? ""));
      for (const inner of (match.groups?.["spec"] ?? "").matchAll(/\{(\w*)\}/g)) parts.push(field(inner[1] ?? "", ""));
    }
  }
  return joined([...parts, literal(text.slice(end), at)], at);
}

/** `.part` and `[key]` after a field's name. */
function followed(value: Expression, path: string, at: Place): Expression {
  let current = value;
  for (const [, part, key] of path.slice(0, 200).matchAll(/\.(\w+)|\[([^\]]*)\]/g)) {
    if (part !== undefined) current = memberOf(current, part, at);
    else current = { kind: "index", object: current, index: literal(/^\d+$/.test(key ?? "") ? Number(key) : (key ?? ""), at), at };
  }
  return current;
}

// Calls of what Python brings along, under the names that all languages share. They stay calls where the program has its own
// thing of that name.
import type { Argument, Builtin, Entry, Expression } from "../../ir/ir.ts";
import { literal } from "./lowering.ts";

type IsFree = (name: string) => boolean;

const ONE_ARGUMENT = new Map<string, Builtin>([
  ["len", "length"],
  ["str", "text"],
  ["bytes", "text"],
  ["exec", "evaluate"],
  ["eval", "evaluate"],
  ["__import__", "module"],
  ["exit", "exit"],
  ["quit", "exit"],
]);
const OF_MODULES = new Map<string, Builtin>([
  ["sys.exit", "exit"],
  ["os._exit", "exit"],
  ["importlib.import_module", "module"],
  ["builtins.exec", "evaluate"],
  ["builtins.eval", "evaluate"],
]);

export function builtinCall(callee: Expression, args: readonly Argument[], isFree: IsFree): Expression | undefined {
  const { at } = callee;
  if (callee.kind === "member") {
    const name = callee.object.kind === "name" ? OF_MODULES.get(`${callee.object.name}.${callee.name}`) : undefined;
    return name === undefined || hasSpread(args) ? undefined : { kind: "builtin", name, args: args.map((arg) => arg.value), at };
  }
  if (callee.kind !== "name" || !isFree(callee.name)) return undefined;
  if (callee.name === "isinstance") return instanceTest(callee, args);
  if (callee.name === "dict") return dictionaryOf(callee, args);
  const name = ONE_ARGUMENT.get(callee.name);
  if (name === undefined || hasSpread(args)) return undefined;
  if (name === "text" && args.length === 0) return literal("", at);
  return { kind: "builtin", name, args: args.map((arg) => arg.value), at };
}

const hasSpread = (args: readonly Argument[]): boolean => args.some((arg) => arg.spread !== undefined);

function instanceTest(callee: Expression, args: readonly Argument[]): Expression | undefined {
  const [value, type] = args;
  if (value === undefined || type === undefined || hasSpread(args)) return undefined;
  return { kind: "binary", op: "instanceof", left: value.value, right: type.value, at: callee.at };
}

/** `dict(a=1, **rest)` is `{"a": 1, **rest}`; `dict(pairs)` stays a call, since only running it tells the keys. */
function dictionaryOf(callee: Expression, args: readonly Argument[]): Expression | undefined {
  if (args.length === 0 || args.some((arg) => arg.name === undefined && arg.spread !== "map")) return undefined;
  const entries = args.map(({ name, value }): Entry => {
    return name === undefined ? { kind: "spread", value, at: value.at } : { kind: "property", key: name, value, at: value.at };
  });
  return { kind: "object", entries, at: callee.at };
}

// Functions, methods and function literals.
import type { Expression, FunctionDefinition, Parameter, Pattern, Place, Statement } from "../../ir/ir.ts";
import { lineOf } from "../../ir/place.ts";
import { resultType } from "./lower-types.ts";
import { placeOf, type Reading, textOf } from "./reading.ts";
import { child, children, type Syntax } from "./syntax.ts";

/** Nameless parameters are still counted. */
const NAMELESS = "_";

export function lowerFunction(r: Reading, node: Syntax, name: string): FunctionDefinition {
  const outer = r.results;
  const result = child(node, "result");
  const block = child(node, "body");
  const named = block === undefined ? [] : namedResults(r, result);
  r.results = named.map((each) => each.name);
  const body = [...named.map((each) => each.declaration), ...r.block(block)];
  r.results = outer;
  return {
    name,
    params: parameters(r, child(node, "parameters")),
    body,
    returns: resultType(r, result),
    at: placeOf(r, child(node, "name") ?? node),
    endLine: lineOf(r.place(node.end)),
  };
}

function parameters(r: Reading, list: Syntax | undefined): Parameter[] {
  return (list?.children ?? []).flatMap((each): Parameter[] => {
    const typeNode = child(each, "type");
    if (typeNode === undefined) return [];
    const type = r.type(typeNode);
    const names = children(each, "name");
    if (each.kind === "variadic_parameter_declaration") {
      return [{ target: targetOf(r, names[0] ?? each), type: { path: ["list"], args: [type] }, style: "rest" }];
    }
    return names.length === 0 ? [{ target: targetOf(r, each), type }] : names.map((name) => ({ target: targetOf(r, name), type }));
  });
}

const targetOf = (r: Reading, node: Syntax): Pattern => ({
  kind: "name",
  name: node.kind === "identifier" ? textOf(r, node) : NAMELESS,
  at: placeOf(r, node),
});

/** `func f() (n int, err error)`: both are variables from the start. */
function namedResults(r: Reading, result: Syntax | undefined): { name: string; declaration: Statement }[] {
  if (result?.kind !== "parameter_list") return [];
  return result.children.flatMap((each) => {
    const typeNode = child(each, "type");
    const type = typeNode === undefined ? undefined : r.type(typeNode);
    return children(each, "name").map((node) => {
      const at = placeOf(r, node);
      const name = textOf(r, node);
      return { name, declaration: { kind: "let", target: { kind: "name", name, at }, value: undefined, type, at } };
    });
  });
}

export function functionDeclaration(r: Reading, node: Syntax): Statement | undefined {
  const name = child(node, "name");
  if (name === undefined) return undefined;
  const at = placeOf(r, name);
  const value: Expression = { kind: "function", fn: r.function(node, textOf(r, name)), at };
  return { kind: "let", target: { kind: "name", name: textOf(r, name), at }, value, hoisted: true, at };
}

/** Methods may stand in any file of the package, so each is attached: `Server.prototype.Publish = function (s, …)`. */
export function methodDeclaration(r: Reading, node: Syntax): Statement | undefined {
  const name = child(node, "name");
  const receiver = parameters(r, child(node, "receiver"))[0];
  const owner = receiver?.type?.path.at(-1);
  if (name === undefined || receiver === undefined || owner === undefined) return undefined;
  const at = placeOf(r, name);
  const fn = r.function(node, `${owner}.${textOf(r, name)}`);
  const value: Expression = { kind: "function", fn: { ...fn, params: [{ ...receiver, type: { path: [owner] } }, ...fn.params] }, at };
  const target: Pattern = { kind: "place", target: methodPlace(owner, textOf(r, name), at), at };
  return { kind: "expression", value: { kind: "assign", target, value, at }, at };
}

function methodPlace(owner: string, name: string, at: Place): Extract<Expression, { kind: "member" }> {
  const prototype: Expression = { kind: "member", object: { kind: "name", name: owner, at }, name: "prototype", at };
  return { kind: "member", object: prototype, name, at };
}

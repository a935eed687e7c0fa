// Statements: blocks, branches, loops, `switch`, `try`.
import type { Expression, Pattern, Statement, SwitchCase } from "../../ir/ir.ts";
import { type AstPattern, type AstStatement, enter, type Lowering, type Named, TOO_DEEP } from "./lowering.ts";
import { exportingStatement } from "./lower-commonjs.ts";
import { declaredNames, lowerDeclarations, lowerVariables } from "./lower-declarations.ts";
import { lowerModuleStatement } from "./lower-modules.ts";

type Table = { readonly [K in AstStatement["type"]]?: (c: Lowering, node: Named<AstStatement, K>) => Statement[] };

export function lowerBlock(c: Lowering, nodes: readonly AstStatement[]): Statement[] {
  c.scope.blockDepth++;
  const values = declaredNames(nodes);
  const body: Statement[] = [];
  for (const node of nodes) for (const statement of lowerStatement(c, node, values)) body.push(statement);
  c.scope.blockDepth--;
  return body;
}

export function lowerBranch(c: Lowering, node: AstStatement): Statement[] {
  return node.type === "BlockStatement" ? lowerBlock(c, node.body) : lowerBlock(c, [node]);
}

/** @param values names that are values in this block: a type of the same name must not hide them */
function lowerStatement(c: Lowering, node: AstStatement, values: ReadonlySet<string>): Statement[] {
  if (!enter(c, node.start)) return [{ kind: "unread", why: TOO_DEEP, at: c.place(node.start) }];
  const lower = STATEMENTS[node.type] as ((c: Lowering, node: AstStatement) => Statement[]) | undefined;
  const statements = lower?.(c, node) ?? lowerDeclarations(c, node, values) ?? lowerModuleStatement(c, node, values) ?? unread(c, node);
  c.depth--;
  return statements;
}

const unread = (c: Lowering, node: AstStatement): Statement[] => [
  { kind: "unread", why: `a ${node.type} is not understood`, at: c.place(node.start) },
];

const STATEMENTS: Table = {
  BlockStatement: (c, node) => [{ kind: "block", body: lowerBlock(c, node.body), at: c.place(node.start) }],
  BreakStatement: (c, node) => [{ kind: "break", ...(node.label ? { label: node.label.name } : {}), at: c.place(node.start) }],
  ContinueStatement: (c, node) => [{ kind: "continue", ...(node.label ? { label: node.label.name } : {}), at: c.place(node.start) }],
  DebuggerStatement: () => [],
  DoWhileStatement: (c, node) => loop(c, node, { testLast: true }),
  EmptyStatement: () => [],
  ExpressionStatement: expressionStatement,
  ForInStatement: eachLoop,
  ForOfStatement: eachLoop,
  ForStatement: forLoop,
  IfStatement: ifStatement,
  LabeledStatement: labeled,
  ReturnStatement: (c, node) => [
    { kind: "return", value: node.argument ? c.expression(node.argument) : undefined, at: c.keep(c.place(node.start), node) },
  ],
  SwitchStatement: (c, node) => [
    { kind: "switch", subject: c.expression(node.discriminant), cases: cases(c, node), at: c.place(node.start) },
  ],
  ThrowStatement: (c, node) => [{ kind: "throw", value: c.expression(node.argument), at: c.keep(c.place(node.start), node) }],
  TryStatement: tryStatement,
  VariableDeclaration: (c, node) => lowerVariables(c, node),
  WhileStatement: (c, node) => loop(c, node, {}),
  WithStatement: (c, node) => {
    const at = c.place(node.start);
    return [{ kind: "block", body: [{ kind: "expression", value: c.expression(node.object), at }, ...lowerBranch(c, node.body)], at }];
  },
};

type ExpressionStatement = Named<AstStatement, "ExpressionStatement">;

function expressionStatement(c: Lowering, node: ExpressionStatement): Statement[] {
  if (typeof node.directive === "string") return [];
  return exportingStatement(c, node) ?? [{ kind: "expression", value: c.expression(node.expression), at: c.place(node.start) }];
}

/** A chain of `else if` is built from its end, so that its length costs no stack. */
function ifStatement(c: Lowering, node: Named<AstStatement, "IfStatement">): Statement[] {
  const chain = [node];
  let last = node.alternate;
  for (; last?.type === "IfStatement"; last = last.alternate) chain.push(last);
  let otherwise = last === null ? [] : lowerBranch(c, last);
  for (let one = chain.pop(); one !== undefined; one = chain.pop()) {
    const test = c.expression(one.test);
    // oxlint-disable-next-line unicorn/no-thenable -- the IR's name for it
    otherwise = [{ kind: "if", test, then: lowerBranch(c, one.consequent), else: otherwise, at: c.place(one.start) }];
  }
  return otherwise;
}

function loop(
  c: Lowering,
  node: Named<AstStatement, "WhileStatement" | "DoWhileStatement">,
  marks: { readonly testLast?: true },
): Statement[] {
  const test = testOf(c.expression(node.test));
  return [{ kind: "loop", style: "while", ...test, ...marks, body: lowerBranch(c, node.body), at: c.place(node.start) }];
}

/** Absent where it always holds. */
const testOf = (test: Expression): { readonly test?: Expression } => (test.kind === "literal" && test.value ? {} : { test });

function eachLoop(c: Lowering, node: Named<AstStatement, "ForInStatement" | "ForOfStatement">): Statement[] {
  const at = c.place(node.start);
  const given = c.expression(node.right);
  const over: Expression = node.type === "ForOfStatement" && node.await ? { kind: "await", value: given, at } : given;
  const style = node.type === "ForOfStatement" ? "each" : "keys";
  return [{ kind: "loop", style, target: loopTarget(c, node.left), over, body: lowerBranch(c, node.body), at }];
}

function loopTarget(c: Lowering, left: Named<AstStatement, "ForOfStatement">["left"]): Pattern {
  return c.pattern(left.type === "VariableDeclaration" ? (left.declarations[0]?.id as AstPattern) : left);
}

function forLoop(c: Lowering, node: Named<AstStatement, "ForStatement">): Statement[] {
  const at = c.place(node.start);
  c.scope.blockDepth++;
  const before = startOf(c, node.init);
  const test = node.test ? testOf(c.expression(node.test)) : {};
  const body = lowerBranch(c, node.body);
  if (node.update) body.push({ kind: "expression", value: c.expression(node.update), at: c.place(node.update.start) });
  c.scope.blockDepth--;
  const loops: Statement = { kind: "loop", style: "while", ...test, body, at };
  return before.length === 0 ? [loops] : [{ kind: "block", body: [...before, loops], at }];
}

function startOf(c: Lowering, init: Named<AstStatement, "ForStatement">["init"]): Statement[] {
  if (init === null) return [];
  if (init.type === "VariableDeclaration") return lowerVariables(c, init);
  return [{ kind: "expression", value: c.expression(init), at: c.place(init.start) }];
}

/** The label goes to the loop, which for `for (;;)` may stand in a block of its own. */
function labeled(c: Lowering, node: Named<AstStatement, "LabeledStatement">): Statement[] {
  const label = node.label.name;
  const named = (statement: Statement): Statement => {
    if (statement.kind === "loop") return { ...statement, label };
    return statement.kind === "block" && statement.body.at(-1)?.kind === "loop"
      ? { ...statement, body: statement.body.map(named) }
      : statement;
  };
  const isLoop = node.body.type.startsWith("For") || node.body.type.endsWith("WhileStatement");
  const body = lowerStatement(c, node.body, NONE);
  return isLoop ? body.map(named) : body;
}

const NONE: ReadonlySet<string> = new Set();

/** Cases without a body are further tests of the next that has one. */
function cases(c: Lowering, node: Named<AstStatement, "SwitchStatement">): SwitchCase[] {
  const lowered: SwitchCase[] = [];
  c.scope.blockDepth++;
  let tests: Expression[] = [];
  let isDefault = false;
  node.cases.forEach((one, index) => {
    if (one.test === null) isDefault = true;
    else tests.push(c.expression(one.test));
    const isLast = index === node.cases.length - 1;
    if (one.consequent.length === 0 && !isLast) return;
    const body = lowerBlock(c, one.consequent);
    lowered.push({ tests: isDefault ? [] : tests, body, fallsThrough: !isLast && !ends(body), at: c.place(one.start) });
    tests = [];
    isDefault = false;
  });
  c.scope.blockDepth--;
  return lowered;
}

/** Whether control never gets past the last of these. */
function ends(body: readonly Statement[]): boolean {
  const last = body.at(-1);
  if (last === undefined) return false;
  if (last.kind === "block") return ends(last.body);
  if (last.kind === "if") return ends(last.then) && ends(last.else);
  if (last.kind === "try") return ends(last.finally) || (ends(last.body) && last.catches.every((one) => ends(one.body)));
  return last.kind === "break" || last.kind === "return" || last.kind === "throw" || last.kind === "continue";
}

function tryStatement(c: Lowering, node: Named<AstStatement, "TryStatement">): Statement[] {
  const body = lowerBlock(c, node.block.body);
  const { handler } = node;
  const catches = handler
    ? [
        {
          types: [],
          target: handler.param ? c.pattern(handler.param) : undefined,
          body: lowerBlock(c, handler.body.body),
          at: c.place(handler.start),
        },
      ]
    : [];
  return [{ kind: "try", body, catches, finally: node.finalizer ? lowerBlock(c, node.finalizer.body) : [], at: c.place(node.start) }];
}

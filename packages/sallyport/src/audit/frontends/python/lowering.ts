// What the parts of lowering share: where they are in the file, the scope they are in, and each other. The parts call one another
// through this, since expressions hold functions, functions hold statements and statements hold expressions.
import type { Expression, Pattern, Place, Statement, TypeRef } from "../../ir/ir.ts";
import type { Syntax } from "./parse.ts";
import type { Scope } from "./scope.ts";

export interface Lowering {
  readonly scope: Scope | undefined;
  readonly hasWalrus: boolean;
  /** `a.b.c` of every `import a.b.c`: such a chain of members is one name. */
  readonly dottedImports: ReadonlySet<string>;
  at(node: Syntax): Place;
  /** Remembers from where to where it goes, what stands at this place. */
  keep(at: Place, node: Syntax): Place;
  lineAt(offset: number): number;
  fault(node: Syntax, what: string): void;
  expression(node: Syntax | undefined): Expression;
  pattern(node: Syntax | undefined): Pattern;
  type(node: Syntax | undefined): TypeRef | undefined;
  /** The statements of a block, in order. */
  block(node: Syntax | undefined): Statement[];
  statement(node: Syntax, out: Statement[]): void;
  /** A type in quotes: parsed as the expression it holds. */
  parseType(text: string, start: number): Syntax | undefined;
  /** Does the work some levels deeper; `undefined`, and a fault, where that is too deep. */
  nested<Result>(node: Syntax, work: () => Result, levels?: number): Result | undefined;
  /** Does the work inside a scope. */
  within<Result>(scope: Scope, work: () => Result): Result;
}

export type LowerExpression = (lowering: Lowering, node: Syntax) => Expression;
/** Appends what it becomes. */
export type LowerStatement = (lowering: Lowering, node: Syntax, out: Statement[]) => void;

export const literal = (value: string | number | boolean | null | undefined, at: Place): Expression => ({ kind: "literal", value, at });

export const nameOf = (name: string, at: Place): Expression => ({ kind: "name", name, at });

export const opaque = (parts: readonly Expression[], at: Place): Expression => ({ kind: "opaque", parts, at });

export const tooDeep = (at: Place): Statement => ({ kind: "unread", why: "nested too deeply", at });

export const memberOf = (object: Expression, name: string, at: Place): Expression => ({ kind: "member", object, name, at });

export const both = (op: "and" | "or", left: Expression, right: Expression, at: Place): Expression => ({
  kind: "logic",
  op,
  left,
  right,
  at,
});

/** What is bound may be assigned: the target is a name of a scope that is declared at its start. */
export const assignName = (name: string, value: Expression, at: Place): Expression => ({
  kind: "assign",
  target: { kind: "name", name, at },
  value,
  at,
});

/** A second use of the same expression. Only small ones are repeated: doubling at each level of a nest would grow without bound. */
export function again(value: Expression): Expression {
  return weigh(value, 8) < 0 ? opaque([], value.at) : value;
}

/** What is left of the allowance: below 0 when it is too heavy, or of a kind that does something. */
function weigh(value: Expression, allowance: number): number {
  if (allowance < 0) return allowance;
  switch (value.kind) {
    case "name":
    case "literal":
      return allowance - 1;
    case "member":
      return weigh(value.object, allowance - 1);
    case "index":
      return weigh(value.index, weigh(value.object, allowance - 1));
    case "builtin":
      return value.args.reduce((left, arg) => weigh(arg, left), allowance - 1);
    default:
      return -1;
  }
}

/** Folds a long row as a balanced tree, so that a thousand `and`s are ten levels deep. */
export function balance(items: readonly Expression[], join: (left: Expression, right: Expression) => Expression): Expression | undefined {
  if (items.length <= 1) return items[0];
  const middle = items.length >> 1;
  const left = balance(items.slice(0, middle), join);
  const right = balance(items.slice(middle), join);
  return left === undefined || right === undefined ? (left ?? right) : join(left, right);
}

export interface Arm {
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly at: Place;
}

/** What a row of this many counts as, in levels: it leans to one side, so that it makes the tree deeper, but it is cheap to walk. */
export const levelsOf = (length: number): number => Math.ceil(length / 4);

/** Beyond this many, `elif`s stand side by side and not inside each other. */
export const MOST_NESTED_ARMS = 100;

/** `if … elif … else`: a row of arms, of which the first that holds runs. */
export function chainOf(arms: readonly Arm[], otherwise: readonly Statement[]): Statement[] {
  const first = arms[0];
  if (first === undefined) return [...otherwise];
  if (arms.length > MOST_NESTED_ARMS) {
    const cases = arms.map((arm) => ({ tests: [arm.test], body: arm.body, fallsThrough: false, at: arm.at }));
    const rest = { tests: [], body: otherwise, fallsThrough: false, at: first.at };
    return [{ kind: "switch", subject: literal(true, first.at), cases: [...cases, rest], at: first.at }];
  }
  return [
    ...arms.reduceRight<readonly Statement[]>((rest, { test, body, at }) => [{ kind: "if", test, then: body, else: rest, at }], otherwise),
  ];
}

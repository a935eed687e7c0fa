// What the parts of lowering share: the way to places, to each other, and what is known of the function being lowered.
import type { ClassDefinition, Expression, FunctionDefinition, Pattern, Place, Statement, TypeRef } from "../../ir/ir.ts";
import { lineOf } from "../../ir/place.ts";
import type { Ast, Fault } from "./parse.ts";

export type AstClass = Ast.Class;
export type AstFunction = Ast.Function | Ast.ArrowFunctionExpression;
/** Anything that is assigned to or bound. */
export type AstPattern = Ast.BindingPattern | Ast.AssignmentTarget | Ast.AssignmentTargetWithDefault;
export type AstStatement = Ast.Statement | Ast.Directive;

/** The one node type that goes by this name, also where a node type has several names. */
export type Named<N, K> = N extends { type: infer T } ? (K extends T ? N : never) : never;

/** Recursion beyond this is refused: no program is nested so deeply, and the stack is finite. */
export const MOST_DEPTH = 500;

/** A function, or the module: what `var` is scoped to. */
export interface Scope {
  readonly isModule: boolean;
  /** 0 in the function's own block, before that -1. */
  blockDepth: number;
  /** `var`s that are declared in the function's own block. */
  readonly declared: Set<string>;
  /** `var`s of inner blocks: they are declared at the function's start. */
  readonly hoisted: Set<string>;
  /** Generator that stands for an async function (`__awaiter`): its `yield` is an `await`. */
  readonly yieldIsAwait: boolean;
  /** Statements that go to the end of the function's own block. */
  readonly late: Statement[];
}

/** `exports.x` and `module.exports`, where they are the module's own. */
export interface CommonJs {
  /** Functions around this place that have a parameter of that name, or a module that declares one, take it away. */
  shadows: number;
  /** Names that are read back, or written inside of an expression: they become names of the module. */
  readonly kept: Set<string>;
  /** Of these, the ones that are written inside of an expression or a function: exported at the module's end. */
  readonly inner: Set<string>;
}

export interface Lowering {
  readonly place: (offset: number) => Place;
  /** Remembers from where to where it goes, what stands at this place. */
  readonly keep: (at: Place, node: { readonly start: number; readonly end: number }) => Place;
  readonly faults: Fault[];
  readonly commonJs: CommonJs;
  depth: number;
  scope: Scope;
  /** @param name for a function or class that has none of its own */
  expression(node: Ast.Expression | Ast.Super, name?: string): Expression;
  pattern(node: AstPattern): Pattern;
  /** The statements of a block of its own. */
  block(nodes: readonly AstStatement[]): Statement[];
  /** The body of a loop or branch: a block or one statement. */
  branch(node: AstStatement): Statement[];
  fn(node: AstFunction, name: string): FunctionDefinition;
  cls(node: AstClass, name: string): ClassDefinition;
  type(node: Ast.TSType): TypeRef;
}

export const newScope = (isModule: boolean, yieldIsAwait = false): Scope => ({
  isModule,
  blockDepth: -1,
  declared: new Set(),
  hoisted: new Set(),
  yieldIsAwait,
  late: [],
});

/** Goes one level deeper, or says that it is too deep. Who enters, leaves: `c.depth--`. */
export function enter(c: Lowering, offset: number): boolean {
  if (c.depth < MOST_DEPTH) {
    c.depth++;
    return true;
  }
  if (c.faults.at(-1)?.what !== TOO_DEEP) c.faults.push({ line: lineOf(c.place(offset)), what: TOO_DEEP });
  return false;
}

export const TOO_DEEP = "nested too deeply to be read";

// Functions as values.
import type { FunctionDefinition } from "../ir/ir.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import type { Closure } from "./value.ts";

export function close(machine: Machine, definition: FunctionDefinition, scope: Scope): Closure {
  return { definition, scope, module: machine.activation.module, self: definition.arrow === true ? machine.activation.self : undefined };
}

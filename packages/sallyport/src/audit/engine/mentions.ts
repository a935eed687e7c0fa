// Whether a function spells a word out: in a literal of its own.
import type { FunctionDefinition } from "../ir/ir.ts";

const texts = new WeakMap<FunctionDefinition, string>();

export function mentions(definition: FunctionDefinition, word: string): boolean {
  let all = texts.get(definition);
  if (all === undefined) {
    const found: string[] = [];
    collect(definition.body, found, 0);
    all = found.join("\n");
    texts.set(definition, all);
  }
  return word !== "" && all.includes(word);
}

const MOST_DEPTH = 400;

function collect(node: unknown, found: string[], depth: number): void {
  if (typeof node !== "object" || node === null || depth > MOST_DEPTH) return;
  if (Array.isArray(node)) {
    for (const one of node) collect(one, found, depth + 1);
    return;
  }
  const { kind, value } = node as { readonly kind?: unknown; readonly value?: unknown };
  if (kind === "literal" && typeof value === "string") found.push(value);
  for (const inner of Object.values(node)) collect(inner, found, depth + 1);
}

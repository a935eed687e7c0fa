// The same arguments give the same text, whatever the order of their members: for recognising a repeated call.

import { isPlain } from "../contract/bounds.ts";

export const canonicalJson = (value: unknown): string => JSON.stringify(inOrder(value));

/**
 * Whether a value writes the same text as plain JSON does. Cheaper than to write both; false where it would have to be
 * written to know.
 */
export function isSameJson(value: unknown, plain: unknown): boolean {
  if (value === plain) return true;
  if (typeof value !== "object" || typeof plain !== "object" || value === null || plain === null) return false;
  if (!isPlain(value) || Array.isArray(value) !== Array.isArray(plain)) return false;
  const names = Object.keys(value);
  if (names.length !== Object.keys(plain).length) return false;
  for (const name of names)
    if (!Object.hasOwn(plain, name) || !isSameJson((value as Members)[name], (plain as Members)[name])) return false;
  return true;
}

type Members = Record<string, unknown>;

/** A copy with the members of every object in order; none is named `__proto__`, which the bounds refuse (PUB-07). */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  // A date, say, writes itself: what it will be written as is put in order.
  if ("toJSON" in value && typeof value.toJSON === "function") return inOrder(value.toJSON());
  if (Array.isArray(value)) return value.map(inOrder);
  const ordered: Record<string, unknown> = {};
  for (const name of sorted(Object.keys(value))) ordered[name] = inOrder((value as Record<string, unknown>)[name]);
  return ordered;
}

/** Objects have few members, mostly: for so few, the engine's sort takes longer to begin than to sort, and leaves garbage. */
function sorted(names: string[]): readonly string[] {
  if (names.length > 16) return names.sort();
  for (let at = 1; at < names.length; at++) {
    const name = names[at] as string;
    let to = at;
    for (; to > 0 && (names[to - 1] as string) > name; to--) names[to] = names[to - 1] as string;
    names[to] = name;
  }
  return names;
}

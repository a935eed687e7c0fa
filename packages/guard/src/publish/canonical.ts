// The same arguments give the same text, whatever the order of their members: for recognising a repeated call.

export const canonicalJson = (value: unknown): string => JSON.stringify(inOrder(value));

/** A copy with the members of every object in order; none is named `__proto__`, which the bounds refuse (PUB-07). */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  // A date, say, writes itself: what it will be written as is put in order.
  if ("toJSON" in value && typeof value.toJSON === "function") return inOrder(value.toJSON());
  if (Array.isArray(value)) return value.map(inOrder);
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) ordered[name] = inOrder((value as Record<string, unknown>)[name]);
  return ordered;
}

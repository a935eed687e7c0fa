// The IR without its places: what tests of lowering compare, where the place is not the point.
export function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== "at" && key !== "endLine" && inner !== undefined)
      .map(([key, inner]) => [key, bare(inner)]),
  );
}

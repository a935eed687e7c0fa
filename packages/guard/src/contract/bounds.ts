// How large, deep and wide a JSON value may be (PUB-07). Runs before a validator sees the value, so that no
// validator meets hostile size, and iterates instead of recursing, so that depth cannot end the process.

export interface Bounds {
  /** UTF-8 bytes of the value as compact JSON. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Object members and array items, all levels together. */
  readonly maxNodes: number;
}

export const DEFAULT_BOUNDS: Bounds = { maxBytes: 64 * 1024, maxDepth: 16, maxNodes: 4096 };

/**
 * What is wrong with the value, in words fit for an agent; `undefined` when it is plain JSON within bounds.
 * Bytes are a lower bound here, from the text alone: whoever serialises the value compares the true size.
 */
export function exceedsBounds(value: unknown, bounds: Bounds): string | undefined {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  let nodes = 0;
  let length = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const fault = faultOfScalar(next.value);
    if (fault !== undefined) return fault;
    if (typeof next.value === "string") length += next.value.length;
    if (length > bounds.maxBytes) return tooLarge(bounds);
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > bounds.maxDepth) return `nested deeper than ${bounds.maxDepth} levels`;
    if (!isPlain(next.value)) return "contains something other than plain JSON";
    const children = Array.isArray(next.value) ? next.value : Object.values(next.value);
    nodes += children.length;
    if (nodes > bounds.maxNodes) return `more than ${bounds.maxNodes} members and items`;
    if (!Array.isArray(next.value)) {
      for (const key of Object.keys(next.value)) {
        if (key === "__proto__") return "has a member named __proto__";
        if (!key.isWellFormed()) return "has a member name that is not well-formed Unicode";
        length += key.length;
      }
    }
    for (const child of children) open.push({ value: child, depth: next.depth + 1 });
  }
  return length > bounds.maxBytes ? tooLarge(bounds) : undefined;
}

function faultOfScalar(value: unknown): string | undefined {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) return "contains a number that is not finite";
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) return "contains an integer beyond 2^53";
      return undefined;
    case "string":
      return value.isWellFormed() ? undefined : "contains text that is not well-formed Unicode";
    case "boolean":
    case "object":
      return undefined;
    default:
      return "contains something other than plain JSON";
  }
}

export function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export const tooLarge = (bounds: Bounds): string => `larger than ${bounds.maxBytes} bytes`;

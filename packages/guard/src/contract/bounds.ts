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
  let nodes = 0;
  let length = 0;
  // Depth 0 is the place where the value stands.
  let level: readonly object[] = [[value]];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > bounds.maxDepth) return `nested deeper than ${bounds.maxDepth} levels`;
    const inside: object[] = [];
    for (const parent of level) {
      const names = Array.isArray(parent) ? undefined : Object.keys(parent);
      for (const name of names ?? []) {
        if (name === "__proto__") return "has a member named __proto__";
        if (!name.isWellFormed()) return "has a member name that is not well-formed Unicode";
        length += name.length;
      }
      const children: readonly unknown[] = names === undefined ? (parent as unknown[]) : Object.values(parent);
      if (depth > 0) nodes += children.length;
      if (nodes > bounds.maxNodes) return `more than ${bounds.maxNodes} members and items`;
      for (const child of children) {
        const fault = faultOf(child);
        if (fault !== undefined) return fault;
        if (typeof child === "string") length += child.length;
        if (length > bounds.maxBytes) return tooLarge(bounds);
        if (typeof child === "object" && child !== null) inside.push(child);
      }
    }
    level = inside;
  }
  return length > bounds.maxBytes ? tooLarge(bounds) : undefined;
}

function faultOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) return "contains a number that is not finite";
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) return "contains an integer beyond 2^53";
      return undefined;
    case "string":
      return value.isWellFormed() ? undefined : "contains text that is not well-formed Unicode";
    case "boolean":
      return undefined;
    case "object":
      return value === null || isPlain(value) ? undefined : "contains something other than plain JSON";
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

// One pass over received bytes before anything parses them (PSN-04): bounds nesting (ENV-21), counts members
// (ENV-23), and finds where the value of the top-level member "data" begins and ends, since those exact bytes are
// what is signed (ENV-26). It reads each byte once, whatever they are.
// It does not validate JSON; JSON.parse does. Together with a count of the parsed members it proves that no
// object had a key twice: each member has one colon outside a string, and a doubled key parses to one member.

export interface JsonScan {
  /** Colons outside strings: the members of all objects. */
  readonly members: number;
  /** No number at the top level has a sign, a fraction or an exponent, but for "data" (ENV-7). */
  readonly plainCounts: boolean;
  /** Half-open range of the bytes of top-level "data"; `undefined` when there is none. */
  readonly data: { readonly start: number; readonly end: number } | undefined;
}

const QUOTE = 0x22,
  BACKSLASH = 0x5c,
  COLON = 0x3a,
  COMMA = 0x2c;
const OPEN_OBJECT = 0x7b,
  CLOSE_OBJECT = 0x7d,
  OPEN_ARRAY = 0x5b,
  CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d,
  POINT = 0x2e,
  SMALL_E = 0x65,
  LARGE_E = 0x45;

/** `undefined` when the nesting is deeper than `maxDepth` or does not close. */
export function scanJson(bytes: Uint8Array, maxDepth: number): JsonScan | undefined {
  let depth = 0;
  let members = 0;
  let keyStart = -1;
  let keyEnd = -1;
  let dataStart = -1;
  let dataEnd = -1;
  let inData = false;
  let plainCounts = true;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE: {
        const end = endOfString(bytes, at);
        if (end < 0) return undefined;
        if (depth === 1) {
          keyStart = at + 1;
          keyEnd = end;
        }
        at = end;
        break;
      }
      case COLON:
        members++;
        if (depth === 1 && isData(bytes, keyStart, keyEnd)) {
          inData = true;
          dataStart = at + 1;
        }
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (++depth > maxDepth) return undefined;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        if (--depth < 0) return undefined;
        if (depth === 0 && inData) {
          inData = false;
          dataEnd = at;
        }
        break;
      case COMMA:
        if (depth === 1 && inData) {
          inData = false;
          dataEnd = at;
        }
        break;
      case MINUS:
      case POINT:
      case SMALL_E:
      case LARGE_E:
        if (depth === 1 && !inData) plainCounts = false;
        break;
      default:
    }
  }
  if (depth !== 0 || inData) return undefined;
  return { members, plainCounts, data: dataStart < 0 ? undefined : trim(bytes, dataStart, dataEnd) };
}

/** Members of all objects in a parsed value, or `undefined` when one is named `__proto__` (ENV-23). Iterative. */
export function countMembers(value: unknown): number | undefined {
  const open: unknown[] = [value];
  let members = 0;
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === "object") open.push(item);
      continue;
    }
    for (const key of Object.keys(next)) {
      if (key === "__proto__") return undefined;
      members++;
      const child = (next as Record<string, unknown>)[key];
      if (typeof child === "object") open.push(child);
    }
  }
  return members;
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return -1;
}

const isData = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start === 4 && bytes[start] === 0x64 && bytes[start + 1] === 0x61 && bytes[start + 2] === 0x74 && bytes[start + 3] === 0x61;

function trim(bytes: Uint8Array, start: number, end: number): { start: number; end: number } {
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return { start, end };
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

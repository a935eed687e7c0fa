// Received bytes become a verified envelope, or a code. Each function takes the type that the one before it
// returned, so that no step can be left out. Nothing here throws on hostile input.
import type { ErrorCode } from "../errors.ts";
import { ATTRIBUTES, type Attributes, inSigningOrder, type TraceContext, traceOf, UNSIGNED } from "./attributes.ts";
import { countMembers, scanJson } from "./json-scan.ts";
import type { KeyRing } from "./keys.ts";
import { digestOf, signingInput } from "./signing-input.ts";
import { parseTime } from "./time.ts";

declare const stage: unique symbol;

/** Well-formed, and of nobody's word yet. */
export interface ParsedEnvelope {
  readonly [stage]: "parsed";
  readonly attributes: Attributes;
  readonly signature: string;
  readonly trace: TraceContext | undefined;
  readonly data: unknown;
  readonly dataDigest: string;
}

/** Signed by a key that may send this, for the place where it was found. */
export interface VerifiedEnvelope {
  readonly [stage]: "verified";
  readonly attributes: Attributes;
  /** Not covered by the signature. */
  readonly trace: TraceContext | undefined;
  readonly data: unknown;
  readonly dataDigest: string;
  readonly signedAtMs: number;
  readonly expiresAtMs: number | undefined;
}

export type Opened<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode };

export interface OpenBounds {
  readonly maxBytes: number;
  /** Of the whole envelope; the data may be one level less deep. */
  readonly maxDepth: number;
}

/** ENV-22: nothing is replaced, and a byte-order mark is left for the parser to refuse. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** ENV-20 to ENV-26, in the order of their codes. */
export function parseEnvelope(received: Uint8Array, bounds: OpenBounds): Opened<ParsedEnvelope> {
  if (received.byteLength > bounds.maxBytes) return refused("ERR_ENVELOPE_TOO_LARGE"); // ENV-20
  const scan = scanJson(received, bounds.maxDepth); // ENV-21
  if (scan === undefined) return refused("ERR_ENVELOPE_MALFORMED");
  const raw = parseObject(received);
  if (raw === undefined || countMembers(raw) !== scan.members) return refused("ERR_ENVELOPE_MALFORMED"); // ENV-22, ENV-23
  if (!Object.hasOwn(raw, "signature")) return refused("ERR_ENVELOPE_UNSIGNED"); // ENV-25
  if (!scan.plainCounts || !hasMembers(raw)) return refused("ERR_ENVELOPE_MALFORMED"); // ENV-24
  if (scan.data === undefined) return refused("ERR_ENVELOPE_MALFORMED"); // ENV-26
  return accepted({
    attributes: inSigningOrder(raw as unknown as Attributes, raw["keyid"] as string),
    signature: raw["signature"] as string,
    trace: traceOf(raw["traceparent"], raw["tracestate"]),
    data: raw["data"],
    dataDigest: digestOf(received.subarray(scan.data.start, scan.data.end)),
  } as ParsedEnvelope);
}

/** ENV-30 to ENV-36, in this order. `foundOn` is where the transport found it, never what it says of itself (DST-04). */
export function verifyEnvelope(parsed: ParsedEnvelope, foundOn: string, keys: KeyRing): Opened<VerifiedEnvelope> {
  const { attributes } = parsed;
  const key = keys.get(attributes.keyid);
  if (key === undefined) return refused("ERR_ENVELOPE_KEY_UNKNOWN"); // ENV-30
  const input = signingInput(key.algorithm, attributes, parsed.dataDigest);
  if (!key.verify(input, parsed.signature)) return refused("ERR_ENVELOPE_SIGNATURE"); // ENV-31
  const signedAtMs = parseTime(attributes.time);
  const expiresAtMs = attributes.expirytime === undefined ? undefined : parseTime(attributes.expirytime);
  if (signedAtMs === undefined || (attributes.expirytime !== undefined && expiresAtMs === undefined))
    return refused("ERR_ENVELOPE_TIME_INVALID"); // ENV-32
  if (key.issuer !== attributes.source) return refused("ERR_ENVELOPE_KEY_NOT_ALLOWED"); // ENV-33
  if (!key.mayBeUsedAt(signedAtMs)) return refused("ERR_ENVELOPE_KEY_NOT_ALLOWED"); // ENV-34
  if (!key.maySend(attributes.destination, attributes.type)) return refused("ERR_ENVELOPE_KEY_NOT_ALLOWED"); // ENV-35
  if (attributes.destination !== foundOn) return refused("ERR_POLICY_DESTINATION"); // ENV-36
  const { trace, data, dataDigest } = parsed;
  return accepted({ attributes, trace, data, dataDigest, signedAtMs, expiresAtMs } as VerifiedEnvelope);
}

function parseObject(received: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(received));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const SHAPES: typeof UNSIGNED = new Map([...UNSIGNED, ...ATTRIBUTES]);
const REQUIRED = [...SHAPES.values()].filter(({ required }) => required).length;

/** All that it must have, and of what it has nothing that is unknown or of another shape. */
function hasMembers(raw: Record<string, unknown>): boolean {
  let missing = REQUIRED;
  for (const name of Object.keys(raw)) {
    const shape = SHAPES.get(name);
    if (shape === undefined || !shape.accepts(raw[name])) return false;
    if (shape.required) missing--;
  }
  return missing === 0;
}

const accepted = <T>(value: T): Opened<T> => ({ ok: true, value });
const refused = (code: ErrorCode): { readonly ok: false; readonly code: ErrorCode } => ({ ok: false, code });

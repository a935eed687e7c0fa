// Received bytes become a verified envelope, or a code. Each function takes the type that the one before it
// returned, so that no step can be left out. Nothing here throws on hostile input.
import type { ErrorCode } from "../errors.ts";
import { ATTRIBUTES, type Attributes, type TraceContext } from "./attributes.ts";
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

const ALLOWED_UNSIGNED = new Set(["specversion", "signature", "data", "traceparent", "tracestate"]);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** ENV-20 to ENV-26. */
export function parseEnvelope(received: Uint8Array, bounds: OpenBounds): Opened<ParsedEnvelope> {
  if (received.byteLength > bounds.maxBytes) return refused("ERR_ENVELOPE_TOO_LARGE");
  const scan = scanJson(received, bounds.maxDepth);
  if (scan === undefined) return refused("ERR_ENVELOPE_MALFORMED");
  const raw = parseObject(received);
  if (raw === undefined || countMembers(raw) !== scan.members) return refused("ERR_ENVELOPE_MALFORMED");
  if (raw["signature"] === undefined) return refused("ERR_ENVELOPE_UNSIGNED");
  if (!hasAttributes(raw) || scan.data === undefined) return refused("ERR_ENVELOPE_MALFORMED");
  return accepted({
    attributes: attributesOf(raw),
    signature: raw["signature"] as string,
    trace: traceOf(raw),
    data: raw["data"],
    dataDigest: digestOf(received.subarray(scan.data.start, scan.data.end)),
  } as ParsedEnvelope);
}

/** ENV-30 to ENV-36. `foundOn` is where the transport found it, never what it says of itself (DST-04). */
export function verifyEnvelope(parsed: ParsedEnvelope, foundOn: string, keys: KeyRing): Opened<VerifiedEnvelope> {
  const { attributes } = parsed;
  const key = keys.get(attributes.keyid);
  if (key === undefined) return refused("ERR_ENVELOPE_KEY_UNKNOWN");
  if (!key.verify(signingInput(key.algorithm, attributes, parsed.dataDigest), parsed.signature)) return refused("ERR_ENVELOPE_SIGNATURE");
  const signedAtMs = parseTime(attributes.time);
  const expiresAtMs = attributes.expirytime === undefined ? undefined : parseTime(attributes.expirytime);
  if (signedAtMs === undefined || (attributes.expirytime !== undefined && expiresAtMs === undefined))
    return refused("ERR_ENVELOPE_TIME_INVALID");
  if (key.issuer !== attributes.source || !key.mayBeUsedAt(signedAtMs)) return refused("ERR_ENVELOPE_KEY_NOT_ALLOWED");
  if (!key.maySend(attributes.destination, attributes.type)) return refused("ERR_ENVELOPE_KEY_NOT_ALLOWED");
  if (attributes.destination !== foundOn) return refused("ERR_POLICY_DESTINATION");
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

function hasAttributes(raw: Record<string, unknown>): boolean {
  if (raw["specversion"] !== "1.0" || typeof raw["signature"] !== "string" || !Object.hasOwn(raw, "data")) return false;
  for (const name of Object.keys(raw)) {
    if (!ATTRIBUTES.has(name as keyof Attributes) && !ALLOWED_UNSIGNED.has(name)) return false;
  }
  for (const [name, shape] of ATTRIBUTES) {
    if (!Object.hasOwn(raw, name)) {
      if (shape.required) return false;
    } else if (!shape.accepts(raw[name])) return false;
  }
  return true;
}

function attributesOf(raw: Record<string, unknown>): Attributes {
  const attributes: Record<string, unknown> = {};
  for (const name of ATTRIBUTES.keys()) if (Object.hasOwn(raw, name)) attributes[name] = raw[name];
  return attributes as unknown as Attributes;
}

function traceOf({ traceparent, tracestate }: Record<string, unknown>): TraceContext | undefined {
  if (typeof traceparent !== "string") return undefined;
  return { traceparent, ...(typeof tracestate === "string" && { tracestate }) };
}

const accepted = <T>(value: T): Opened<T> => ({ ok: true, value });
const refused = (code: ErrorCode): { readonly ok: false; readonly code: ErrorCode } => ({ ok: false, code });

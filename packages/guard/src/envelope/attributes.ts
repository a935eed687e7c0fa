// The attributes of an envelope: CloudEvents 1.0 names, one table that says what each may look like (ENV-2).
// docs/envelope.md is normative; clause numbers (ENV-…) are cited where each is enforced, and in the tests.

export interface Attributes {
  readonly id: string;
  /** The issuer: the name of the contract that published it. */
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  readonly destination: string;
  readonly keyid: string;
  /** Who caused it: the principal of the call, or of the event that led to it (PUB-12). */
  readonly actor: string;
  /** `llm` when an agent's arguments are in the data. */
  readonly origin: Origin;
  /** How many events lead to this one (PUB-14). */
  readonly hop: number;
  /** Id of the first event of the chain. */
  readonly rootid: string;
  /** 0, and one more with each redrive (REP-16). */
  readonly generation: number;
  readonly datacontenttype: "application/json";
  readonly tenant?: string | undefined;
  readonly subject?: string | undefined;
  readonly causationid?: string | undefined;
  readonly expirytime?: string | undefined;
}

/** ENV-9. The CloudEvents distributed-tracing extension. Unsigned, so anybody may have written it: it may link, and decides nothing. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

export type Origin = "llm" | "service" | "operator";

export const MAX_HOP = 255;
export const MAX_GENERATION = 255;

type Shape = { readonly required: boolean; readonly accepts: (value: unknown) => boolean };

const text =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === "string" && pattern.test(value);
const isText = (value: unknown): value is string => typeof value === "string";
/** ENV-7. */
const count =
  (most: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && !Object.is(value, -0) && (value as number) >= 0 && (value as number) <= most;
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
const TIME = /^[0-9TZtz:.+-]{20,35}$/;
/** ENV-5. Code points are counted, not units of a particular encoding, so that every language counts alike. */
const printable = text(/^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]{1,256}$/u);

/** What else an envelope may have, outside the signature (ENV-3). */
export const UNSIGNED: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["specversion", { required: true, accepts: text(/^1\.0$/) }],
  ["traceparent", { required: false, accepts: isText }],
  ["tracestate", { required: false, accepts: isText }],
  ["signature", { required: true, accepts: isText }],
  ["data", { required: true, accepts: () => true }],
]);

/** In signing order (ENV-12). The order is part of the format. */
export const ATTRIBUTES: ReadonlyMap<keyof Attributes, Shape> = new Map<keyof Attributes, Shape>([
  ["keyid", { required: true, accepts: text(NAME) }],
  ["source", { required: true, accepts: text(NAME) }],
  ["destination", { required: true, accepts: text(NAME) }],
  ["type", { required: true, accepts: text(NAME) }],
  ["id", { required: true, accepts: text(ID) }],
  ["time", { required: true, accepts: text(TIME) }],
  ["expirytime", { required: false, accepts: text(TIME) }],
  ["tenant", { required: false, accepts: text(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/) }],
  ["actor", { required: true, accepts: printable }],
  ["origin", { required: true, accepts: text(/^(?:llm|service|operator)$/) }],
  ["subject", { required: false, accepts: printable }],
  ["hop", { required: true, accepts: count(MAX_HOP) }],
  ["rootid", { required: true, accepts: text(ID) }],
  ["causationid", { required: false, accepts: text(ID) }],
  ["generation", { required: true, accepts: count(MAX_GENERATION) }],
  ["datacontenttype", { required: true, accepts: text(/^application\/json$/) }],
]);

/** The same, to be gone through for every message: an array of objects is read several times faster than a map. */
export const ATTRIBUTES_IN_ORDER = [...ATTRIBUTES].map(([name, shape]) => ({ name, ...shape }));

/** The attributes alone, in signing order, as an object of one shape: what is absent is there as `undefined`. */
export function inSigningOrder(from: Omit<Attributes, "keyid">, keyid: string): Required<Attributes> {
  return {
    keyid,
    source: from.source,
    destination: from.destination,
    type: from.type,
    id: from.id,
    time: from.time,
    expirytime: from.expirytime,
    tenant: from.tenant,
    actor: from.actor,
    origin: from.origin,
    subject: from.subject,
    hop: from.hop,
    rootid: from.rootid,
    causationid: from.causationid,
    generation: from.generation,
    datacontenttype: from.datacontenttype,
  };
}

/** Whether every receiver takes this value for the attribute (ENV-2); `undefined` stands for an absent one. */
export function isAcceptable(name: keyof Attributes, value: unknown): boolean {
  const shape = ATTRIBUTES.get(name);
  return shape !== undefined && (value === undefined ? !shape.required : shape.accepts(value));
}

// W3C Trace Context, version 00. A trace or span of zeros does not exist.
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

/** ENV-9. What of a trace context has its shape; what has not is left out, and is no reason to refuse an event. */
export function traceOf(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  if (!isText(traceparent) || !TRACEPARENT.test(traceparent)) return undefined;
  return isText(tracestate) && TRACESTATE.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

// The attributes of an envelope: CloudEvents 1.0 names, one table that says what each may look like.
// docs/envelope.md is normative; clause numbers (ENV-…) are cited here and in the tests.

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
  readonly tenant?: string;
  readonly subject?: string;
  readonly causationid?: string;
  readonly expirytime?: string;
}

/** The CloudEvents distributed-tracing extension. Unsigned, so anybody may have written it: it may link, and decides nothing. */
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
const count =
  (most: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && !Object.is(value, -0) && (value as number) >= 0 && (value as number) <= most;
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
const TIME = /^[0-9TZtz:.+-]{20,35}$/;
const printable = (value: unknown): boolean =>
  typeof value === "string" && value.length > 0 && value.length <= 256 && value.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(value);

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

// Attributes and data become bytes with a signature (ENV-1 to ENV-14). Refuses to seal what no receiver would accept.
import { SallyportError } from "../errors.ts";
import { ATTRIBUTES, type Attributes, type TraceContext, UNSIGNED } from "./attributes.ts";
import type { Key } from "./keys.ts";
import { digestOf, signingInput } from "./signing-input.ts";
import { parseTime } from "./time.ts";

/**
 * CloudEvents 1.0 in structured JSON mode (ENV-1). `dataJson` is one JSON value; it becomes the last member, as the
 * exact bytes that were digested (ENV-8, ENV-13).
 * @throws {SallyportError} `ERR_REQUEST_INVALID` when an attribute is not what receivers accept (ENV-2).
 */
export function sealEnvelope(attributes: Omit<Attributes, "keyid">, dataJson: string, key: Key, trace?: TraceContext): Buffer {
  const all: Attributes = { ...attributes, keyid: key.id };
  const fault = faultIn(all);
  if (fault !== undefined) throw unacceptable(fault);
  const signature = key.sign(signingInput(key.algorithm, all, digestOf(dataJson)));
  let head = '{"specversion":"1.0"';
  for (const name of ATTRIBUTES.keys()) {
    const value = all[name];
    if (value !== undefined) head += `,"${name}":${JSON.stringify(value)}`;
  }
  return Buffer.from(`${head}${traceMembers(trace)},"signature":"${signature}","data":${dataJson}}`);
}

function faultIn(attributes: Attributes): keyof Attributes | undefined {
  for (const [name, { required, accepts }] of ATTRIBUTES) {
    const value = attributes[name];
    if (value === undefined ? required : !accepts(value)) return name;
  }
  if (parseTime(attributes.time) === undefined) return "time"; // ENV-6
  return attributes.expirytime !== undefined && parseTime(attributes.expirytime) === undefined ? "expirytime" : undefined;
}

const unacceptable = (name: keyof Attributes): SallyportError =>
  new SallyportError("ERR_REQUEST_INVALID", "every receiver would refuse the event", {
    place: `envelope attribute "${name}"`,
    remedy: "See the table of attributes in docs/envelope.md; a subject comes from the contract's key, an actor is the principal's id.",
  });

/** ENV-9. A trace of another shape is left out: what is wrong with telemetry must not stop an event. */
function traceMembers(trace: TraceContext | undefined): string {
  if (trace === undefined || !isTrace("traceparent", trace.traceparent)) return "";
  const state = trace.tracestate !== undefined && isTrace("tracestate", trace.tracestate);
  return `,"traceparent":"${trace.traceparent}"${state ? `,"tracestate":${JSON.stringify(trace.tracestate)}` : ""}`;
}

const isTrace = (name: keyof TraceContext, value: string): boolean => UNSIGNED.get(name)?.accepts(value) === true;

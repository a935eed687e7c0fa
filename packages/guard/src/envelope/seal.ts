// Attributes and data become bytes with a signature (ENV-1 to ENV-14). Refuses to seal what no receiver would accept.
import { SallyportError } from "../errors.ts";
import { ATTRIBUTES_IN_ORDER, type Attributes, inSigningOrder, isAcceptable, type TraceContext, traceOf } from "./attributes.ts";
import type { Key } from "./keys.ts";
import { digestOf, signingInput } from "./signing-input.ts";
import { parseTime } from "./time.ts";

/**
 * CloudEvents 1.0 in structured JSON mode (ENV-1). `dataJson` is one JSON value; it becomes the last member, as the
 * exact bytes that were digested (ENV-8, ENV-13); `dataDigest` is for callers that have digested it before.
 * @throws {SallyportError} `ERR_CONFIG_INVALID` when an attribute is not what receivers accept (ENV-2). What a caller
 * can cause is refused by the doors before, with a code of its own.
 */
export function sealEnvelope(
  attributes: Omit<Attributes, "keyid">,
  dataJson: string,
  key: Key,
  trace?: TraceContext,
  dataDigest = digestOf(dataJson),
): Buffer {
  const all = inSigningOrder(attributes, key.id);
  for (const { name } of ATTRIBUTES_IN_ORDER) if (!isAcceptable(name, all[name])) throw unacceptable(name);
  if (!isTime(all.time)) throw unacceptable("time");
  if (!isTime(all.expirytime)) throw unacceptable("expirytime");
  const signature = key.sign(signingInput(key.algorithm, all, dataDigest));
  const members = JSON.stringify(all).slice(1, -1);
  return Buffer.from(`{"specversion":"1.0",${members}${traceMembers(trace)},"signature":"${signature}","data":${dataJson}}`);
}

/** ENV-6. */
const isTime = (text: string | undefined): boolean => text === undefined || parseTime(text) !== undefined;

const unacceptable = (name: keyof Attributes): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", "every receiver would refuse the event", {
    place: `envelope attribute "${name}"`,
    remedy: "See the table of attributes in docs/envelope.md.",
  });

/** ENV-9. A trace of another shape is left out: what is wrong with telemetry must not stop an event. */
function traceMembers(given: TraceContext | undefined): string {
  const trace = traceOf(given?.traceparent, given?.tracestate);
  if (trace === undefined) return "";
  return `,"traceparent":"${trace.traceparent}"${trace.tracestate === undefined ? "" : `,"tracestate":${JSON.stringify(trace.tracestate)}`}`;
}

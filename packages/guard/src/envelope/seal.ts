// Attributes and data become bytes with a signature (ENV-1 to ENV-14).
import type { Attributes, TraceContext } from "./attributes.ts";
import { ATTRIBUTES } from "./attributes.ts";
import type { Key } from "./keys.ts";
import { digestOf, signingInput } from "./signing-input.ts";

/** CloudEvents 1.0 in structured JSON mode. `data` is the last member, written as the exact bytes that were digested. */
export function sealEnvelope(attributes: Omit<Attributes, "keyid">, dataJson: string, key: Key, trace?: TraceContext): Buffer {
  const all: Attributes = { ...attributes, keyid: key.id };
  const signature = key.sign(signingInput(key.algorithm, all, digestOf(dataJson)));
  let head = '{"specversion":"1.0"';
  for (const name of ATTRIBUTES.keys()) {
    const value = all[name];
    if (value !== undefined) head += `,"${name}":${JSON.stringify(value)}`;
  }
  if (trace !== undefined) {
    head += `,"traceparent":${JSON.stringify(trace.traceparent)}`;
    if (trace.tracestate !== undefined) head += `,"tracestate":${JSON.stringify(trace.tracestate)}`;
  }
  return Buffer.from(`${head},"signature":"${signature}","data":${dataJson}}`);
}

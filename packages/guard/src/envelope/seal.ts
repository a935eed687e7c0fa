// Attributes and data become bytes with a signature (ENV-1 to ENV-14).
import type { Attributes, TraceContext } from "./attributes.ts";
import type { Key } from "./keys.ts";
import { digestOf, signingInput } from "./signing-input.ts";

/** CloudEvents 1.0 in structured JSON mode. `data` is the last member, written as the exact bytes that were digested. */
export function sealEnvelope(attributes: Omit<Attributes, "keyid">, dataJson: string, key: Key, trace?: TraceContext): Buffer {
  const all: Attributes = { ...attributes, keyid: key.id };
  const signature = key.sign(signingInput(key.algorithm, all, digestOf(dataJson)));
  const head = JSON.stringify({ specversion: "1.0", ...all, ...trace, signature });
  return Buffer.from(`${head.slice(0, -1)},"data":${dataJson}}`);
}

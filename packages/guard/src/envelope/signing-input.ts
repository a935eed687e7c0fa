// The bytes that are signed (ENV-10 to ENV-13): every attribute and the data's digest, each length-prefixed,
// so that no two envelopes encode alike.
import { hash } from "node:crypto";
import { ATTRIBUTES_IN_ORDER, type Attributes } from "./attributes.ts";
import { keepingLast } from "./keeping-last.ts";
import type { Algorithm } from "./keys.ts";

/** ENV-10. Whatever else a key signs begins with another netstring, so that it can never be taken for an envelope (ENV-56). */
const PREFIX = "sallyport/1";

/** ENV-10 to ENV-12. A netstring per field, `-,` for one that is absent: an absent field and an empty one differ. */
export function signingInput(algorithm: Algorithm, attributes: Attributes, dataDigest: string): string {
  let input = netstring(PREFIX) + netstring(algorithm);
  for (const { name, fieldOf } of FIELDS) {
    input += fieldOf(attributes[name]);
  }
  return input + netstring(dataDigest);
}

/** `-,` stands for what is absent. */
const field = (value: string | number | undefined): string => (value === undefined ? "-," : netstring(String(value)));

const FIELDS = ATTRIBUTES_IN_ORDER.map(({ name }) => ({ name, fieldOf: keepingLast(field) }));

/** ENV-13. Lower-case hexadecimal SHA-256. */
export function digestOf(bytes: Uint8Array | string): string {
  return hash("sha256", bytes, "hex");
}

/** One string from several, such that different tuples give different strings. */
export function tuple(...fields: readonly (string | number | undefined)[]): string {
  let text = "";
  for (const one of fields) text += field(one);
  return text;
}

/** ENV-11. The length is that of the UTF-8 bytes. */
function netstring(value: string): string {
  return `${Buffer.byteLength(value)}:${value},`;
}

// The bytes that are signed (ENV-10 to ENV-13): every attribute and the data's digest, each length-prefixed,
// so that no two envelopes encode alike.
import { hash } from "node:crypto";
import { ATTRIBUTES, type Attributes } from "./attributes.ts";
import type { Algorithm } from "./keys.ts";

const PREFIX = "sallyport/1";

/** A netstring per field, `-,` for one that is absent: an absent field and an empty one differ. */
export function signingInput(algorithm: Algorithm, attributes: Attributes, dataDigest: string): string {
  let input = netstring(PREFIX) + netstring(algorithm);
  for (const name of ATTRIBUTES.keys()) {
    const value = attributes[name];
    input += value === undefined ? "-," : netstring(String(value));
  }
  return input + netstring(dataDigest);
}

/** Lower-case hexadecimal SHA-256. */
export function digestOf(bytes: Uint8Array | string): string {
  return hash("sha256", bytes, "hex");
}

/** One string from several, such that different tuples give different strings. */
export function tuple(...fields: readonly (string | number | undefined)[]): string {
  return fields.map((field) => (field === undefined ? "-," : netstring(String(field)))).join("");
}

const netstring = (value: string): string => `${utf8Length(value)}:${value},`;

/** Most of what is signed is short and ASCII, where looking is faster than asking. */
function utf8Length(text: string): number {
  if (text.length > 64) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

// A text that nobody else writes: whoever finds it knows which case, which round and which place it is from. The same
// seed gives the same canaries, whatever runs beside.
import { createHash } from "node:crypto";

export const CANARY_LENGTH = 14;

export const canaryOf = (seed: string, ...parts: readonly (string | number)[]): string =>
  `sp${createHash("sha256")
    .update(JSON.stringify([seed, ...parts]))
    .digest("hex")
    .slice(0, CANARY_LENGTH - 2)}`;

/** Texts in base64, long enough to have a canary in them. */
const BASE64 = /[A-Za-z0-9+/]{16,}={0,2}/g;

/** A message with another text in place of a canary's, also where a client has packed its body in base64. */
export function withCanary(message: string, canary: string, other: string): string {
  const unpacked = (packed: string): string => {
    const text = Buffer.from(packed, "base64").toString();
    return text.includes(canary) ? Buffer.from(text.replaceAll(canary, other)).toString("base64") : packed;
  };
  return message.replaceAll(canary, other).replaceAll(BASE64, unpacked);
}

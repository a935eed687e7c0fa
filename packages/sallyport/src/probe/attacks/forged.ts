// What somebody makes of an honest message who may write to the broker and has no key.

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

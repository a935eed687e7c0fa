// Where keys come from: the environment or a function. A file is `@sallyport/guard/keys-file`, since this room
// does not touch the disk.
import { SallyportError } from "../errors.ts";
import { KeyRing, type KeySpec } from "./keys.ts";

/** Keys from the text of an environment variable or file: a JSON array of {@link KeySpec}. */
export function parseKeys(text: string, place: string): KeyRing {
  let specs: unknown;
  try {
    specs = JSON.parse(text);
  } catch {
    // The parser's own error quotes the text, which is secret (OPS-05).
  }
  if (!Array.isArray(specs) || !specs.every((spec) => typeof spec === "object" && spec !== null)) {
    throw new SallyportError("ERR_CONFIG_KEY_INVALID", "keys are not a JSON array of objects", {
      place,
      remedy: 'Write [{"id":"k1","algorithm":"hmac-sha256","issuer":"…","secret":"…base64…"}].',
    });
  }
  return new KeyRing(specs as KeySpec[]);
}

export function keysFromEnv(name: string, env: Readonly<Record<string, string | undefined>> = process.env): KeyRing {
  const text = env[name];
  if (text !== undefined && text !== "") return parseKeys(text, `environment variable ${name}`);
  throw new SallyportError("ERR_CONFIG_KEY_INVALID", `environment variable ${name} is not set`, {
    remedy: "Set it to a JSON array of keys.",
  });
}

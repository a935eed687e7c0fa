// Where keys come from: the environment or a function. A file is `@sallyport/guard/keys-file`, since this room
// does not touch the disk. What is wrong with a key is said by its place in the list, never by quoting it (OPS-05).
import { SallyportError } from "../errors.ts";
import { KeyRing, type KeySpec } from "./keys.ts";

/** Keys from the text of an environment variable or file: a JSON array of {@link KeySpec}. */
export function parseKeys(text: string, place: string): KeyRing {
  let specs: unknown;
  try {
    specs = JSON.parse(text);
  } catch {
    // The parser's own error quotes the text, which is secret.
  }
  return ringOf(specs, place);
}

export function keysFromEnv(name: string, env: Readonly<Record<string, string | undefined>> = process.env): KeyRing {
  const text = env[name];
  if (text !== undefined && text !== "") return parseKeys(text, `environment variable ${name}`);
  throw new SallyportError("ERR_CONFIG_KEY_INVALID", `environment variable ${name} is not set`, {
    remedy: "Set it to a JSON array of keys.",
  });
}

/** Keys from wherever a function fetches them, such as a vault. What the function throws is passed on as it is. */
export async function keysFrom(source: () => readonly KeySpec[] | Promise<readonly KeySpec[]>): Promise<KeyRing> {
  return ringOf(await source(), "the key source");
}

function ringOf(specs: unknown, place: string): KeyRing {
  if (!Array.isArray(specs)) {
    throw new SallyportError("ERR_CONFIG_KEY_INVALID", "keys are not a JSON array", {
      place,
      remedy: 'Write [{"id":"k1","algorithm":"hmac-sha256","issuer":"…","secret":"…base64…"}].',
    });
  }
  for (const [index, spec] of specs.entries()) {
    const wrong = faultOf(spec);
    if (wrong === undefined) continue;
    throw new SallyportError("ERR_CONFIG_KEY_INVALID", wrong, { place: `${place}, key ${index + 1}`, remedy: "Correct it; see KeySpec." });
  }
  return new KeyRing(specs as KeySpec[]);
}

const isText = (value: unknown): boolean => typeof value === "string";
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const SHAPES: ReadonlyMap<string, (value: unknown) => boolean> = new Map(
  Object.entries({
    id: (value) => typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(value),
    algorithm: (value) => value === "hmac-sha256" || value === "ed25519",
    issuer: isText,
    secret: isText,
    privateKey: isText,
    publicKey: isText,
    destinations: areTexts,
    types: areTexts,
    notBefore: isText,
    notAfter: isText,
  } satisfies Record<keyof KeySpec, (value: unknown) => boolean>),
);

function faultOf(spec: unknown): string | undefined {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) return "not an object";
  for (const [name, value] of Object.entries(spec)) {
    const accepts = SHAPES.get(name);
    if (accepts === undefined) return "it has a member that keys do not have";
    if (value !== undefined && !accepts(value)) return `its ${name} is not what it must be`;
  }
  return undefined;
}

// Keys by reference, and what each is good for (REP-05, OPS-05). The key id decides algorithm, issuer and reach
// (ENV-50); the message decides nothing (ENV-60).
import { createPrivateKey, createPublicKey, sign, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import { SallyportError } from "../errors.ts";
import { hmacSha256 } from "./hmac.ts";
import { parseTime } from "./time.ts";

export type Algorithm = "hmac-sha256" | "ed25519";

/** One key as it is configured. Give `secret` for HMAC, `privateKey` or `publicKey` (PEM) for Ed25519. */
export interface KeySpec {
  readonly id: string;
  readonly algorithm: Algorithm;
  /** Whose messages it signs: the `source` it may claim. */
  readonly issuer: string;
  /** Base64, at least 32 bytes. */
  readonly secret?: string;
  readonly privateKey?: string;
  readonly publicKey?: string;
  /** Destinations that the issuer may send to with it; absent: all. */
  readonly destinations?: readonly string[];
  /** Event types likewise. */
  readonly types?: readonly string[];
  /** RFC 3339. Signed times outside are refused; overlap two keys to rotate. */
  readonly notBefore?: string;
  readonly notAfter?: string;
}

export interface Key {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly issuer: string;
  readonly canSign: boolean;
  mayBeUsedAt(timeMs: number): boolean;
  maySend(destination: string, type: string): boolean;
  sign(input: string): string;
  verify(input: string, signature: string): boolean;
}

/** ENV-51. */
const MIN_SECRET_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
const SPEC_KEYS = new Set([
  "id",
  "algorithm",
  "issuer",
  "secret",
  "privateKey",
  "publicKey",
  "destinations",
  "types",
  "notBefore",
  "notAfter",
]);

/** All keys that a process knows. Which one signs is decided by time, so that rotation needs no restart. */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, Key>;

  constructor(specs: readonly KeySpec[]) {
    const keys = new Map<string, Key>();
    for (const spec of specs) {
      if (keys.has(spec.id)) throw invalidKey(spec.id, "two keys share this id", "Give every key an id of its own.");
      keys.set(spec.id, openKey(spec));
    }
    this.#keys = keys;
  }

  get(id: string): Key | undefined {
    return this.#keys.get(id);
  }

  /** The newest usable signing key of an issuer (ENV-4): of those usable now, the last one listed (ENV-53, ENV-54). */
  signingKey(issuer: string, nowMs: number): Key {
    let newest: Key | undefined;
    for (const key of this.#keys.values()) if (key.canSign && key.issuer === issuer && key.mayBeUsedAt(nowMs)) newest = key;
    if (newest !== undefined) return newest;
    throw new SallyportError("ERR_CONFIG_KEY_INVALID", `no key can sign for "${issuer}" now`, {
      remedy: "Add a key whose issuer is the contract's name and whose notBefore and notAfter include the present.",
    });
  }

  /** Never the material (ENV-55, OPS-05). */
  toJSON(): unknown {
    return { keys: [...this.#keys.keys()] };
  }
}

function openKey(spec: KeySpec): Key {
  if (typeof spec.id !== "string" || !KEY_ID.test(spec.id))
    throw invalidKey(String(spec.id), "not a key id", "Use letters, digits, '.', '_' and '-'.");
  for (const name of Object.keys(spec)) {
    if (!SPEC_KEYS.has(name)) throw invalidKey(spec.id, `unknown key "${name}"`, `Known: ${[...SPEC_KEYS].join(", ")}.`);
  }
  if (typeof spec.issuer !== "string" || spec.issuer === "")
    throw invalidKey(spec.id, "an issuer is required", "Name the contract that signs with it.");
  const notBefore = timeOf(spec, "notBefore") ?? Number.NEGATIVE_INFINITY;
  const notAfter = timeOf(spec, "notAfter") ?? Number.POSITIVE_INFINITY;
  const destinations = spec.destinations && new Set(spec.destinations);
  const types = spec.types && new Set(spec.types);
  return {
    id: spec.id,
    algorithm: spec.algorithm,
    issuer: spec.issuer,
    mayBeUsedAt: (timeMs) => timeMs >= notBefore && timeMs <= notAfter,
    maySend: (destination, type) => (destinations?.has(destination) ?? true) && (types?.has(type) ?? true),
    ...materialOf(spec),
  };
}

type Material = Pick<Key, "canSign" | "sign" | "verify">;

function materialOf(spec: KeySpec): Material {
  switch (spec.algorithm) {
    case "hmac-sha256":
      return hmac(spec);
    case "ed25519":
      return ed25519(spec);
    default:
      throw invalidKey(spec.id, `unknown algorithm "${String(spec.algorithm)}"`, "Use hmac-sha256 or ed25519.");
  }
}

/** ENV-14, ENV-51. */
function hmac(spec: KeySpec): Material {
  const bytes = Buffer.from(spec.secret ?? "", "base64");
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new SallyportError("ERR_CONFIG_KEY_SHORT", `its secret has ${bytes.length} bytes`, {
      place: `key "${spec.id}"`,
      remedy: `Give at least ${MIN_SECRET_BYTES} random bytes as base64, e.g. from: openssl rand -base64 32.`,
    });
  }
  // What is not base64 would be skipped, and a passphrase, or a slip of the pen, would pass for a random secret.
  if (bytes.toString("base64") !== spec.secret) {
    throw invalidKey(spec.id, "its secret is not base64", "Write 32 random bytes as padded base64, e.g. from: openssl rand -base64 32.");
  }
  const mac = hmacSha256(bytes);
  return {
    canSign: true,
    sign: mac,
    // Compared as text, so that no other spelling of the same bytes passes (ENV-14).
    verify: (input, signature) => {
      const given = Buffer.from(signature);
      const expected = Buffer.from(mac(input));
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

/** ENV-14, ENV-51. */
function ed25519(spec: KeySpec): Material {
  const privateKey = spec.privateKey === undefined ? undefined : parsePem(spec, () => createPrivateKey(spec.privateKey as string));
  const publicKey = parsePem(spec, () => createPublicKey((spec.publicKey ?? spec.privateKey) as string));
  if (privateKey !== undefined && !createPublicKey(privateKey).equals(publicKey)) {
    throw invalidKey(spec.id, "its publicKey is not that of its privateKey", "Give one of them, or two that belong together.");
  }
  return {
    canSign: privateKey !== undefined,
    sign: (input) => {
      if (privateKey === undefined) throw invalidKey(spec.id, "it can verify only", "Give its privateKey where messages are signed.");
      return sign(null, Buffer.from(input), privateKey).toString("base64url");
    },
    verify: (input, signature) => {
      const given = signatureBytes(signature, 64);
      return given !== undefined && verify(null, Buffer.from(input), publicKey, given);
    },
  };
}

function parsePem(spec: KeySpec, parse: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = parse();
  } catch {
    // The parser's own error may quote the material.
  }
  if (key?.asymmetricKeyType === "ed25519") return key;
  throw invalidKey(spec.id, "not an Ed25519 key in PEM form", "Make one with: openssl genpkey -algorithm ed25519.");
}

/** Strict: one spelling per signature (ENV-14). */
function signatureBytes(signature: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(signature, "base64url");
  return bytes.length === length && bytes.toString("base64url") === signature ? bytes : undefined;
}

/** ENV-52. As strict as an envelope's own times: a looser reading takes some texts for local time. */
function timeOf(spec: KeySpec, name: "notBefore" | "notAfter"): number | undefined {
  const value = spec[name];
  if (value === undefined) return undefined;
  const time = parseTime(value);
  if (time === undefined) throw invalidKey(spec.id, `${name} is not a time`, "Write it as 2026-11-23T00:00:00Z.");
  return time;
}

const invalidKey = (id: string, what: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_KEY_INVALID", what, { place: `key "${id}"`, remedy });

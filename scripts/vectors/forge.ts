// Makes envelopes, honest and hostile, for the vectors. Written from docs/envelope.md alone and sharing no line with the
// guard, so that the two check each other. It signs whatever it is told to: a receiver must not lean on its sender.
import { createHash, createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";

/** In signing order (ENV-12). */
export const SIGNED = [
  "keyid",
  "source",
  "destination",
  "type",
  "id",
  "time",
  "expirytime",
  "tenant",
  "actor",
  "origin",
  "subject",
  "hop",
  "rootid",
  "causationid",
  "generation",
  "datacontenttype",
] as const;

export type Values = Readonly<Partial<Record<(typeof SIGNED)[number], unknown>>>;

export const REQUIRED: Values = {
  source: "notes",
  destination: "notes",
  type: "note.created",
  id: "e1",
  time: "2026-11-23T00:00:00Z",
  actor: "alice",
  origin: "llm",
  hop: 0,
  rootid: "e1",
  generation: 0,
  datacontenttype: "application/json",
};
export const OPTIONAL: Values = { expirytime: "2026-11-24T00:00:00Z", tenant: "acme", subject: "n1", causationid: "c1" };
export const DATA = '{"noteId":"n1","text":"hello"}';

const secretOf = (fill: number): Buffer => Buffer.alloc(32, fill);
/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const privateOf = (fill: number): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.alloc(32, fill)]), format: "der", type: "pkcs8" });
const pemOf = (key: KeyObject): string => key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }).toString();
const hmacKey = (id: string, fill: number, more: object = {}) => ({
  id,
  algorithm: "hmac-sha256" as const,
  issuer: "notes",
  secret: secretOf(fill).toString("base64"),
  ...more,
});

const signer = privateOf(0x41);
const verifierOnly = privateOf(0x42);
export const PUBLIC_PEM = pemOf(createPublicKey(signer));
/** Fixed, published, and for tests alone. */
export const KEYS = [
  hmacKey("hmac-1", 0x01),
  { id: "ed25519-1", algorithm: "ed25519" as const, issuer: "notes", privateKey: pemOf(signer) },
  { id: "ed25519-public", algorithm: "ed25519" as const, issuer: "notes", publicKey: pemOf(createPublicKey(verifierOnly)) },
  hmacKey("hmac-dated", 0x02, { notBefore: "2026-11-22T00:00:00Z", notAfter: "2026-11-24T00:00:00Z" }),
  hmacKey("hmac-narrow", 0x03, { destinations: ["notes"], types: ["note.created"] }),
  hmacKey("hmac-billing", 0x04, { issuer: "billing" }),
];
const PRIVATE: ReadonlyMap<string, KeyObject> = new Map([
  ["ed25519-1", signer],
  ["ed25519-public", verifierOnly],
]);
const SECRETS: ReadonlyMap<string, Buffer> = new Map([
  ["hmac-1", secretOf(0x01)],
  ["hmac-dated", secretOf(0x02)],
  ["hmac-narrow", secretOf(0x03)],
  ["hmac-billing", secretOf(0x04)],
]);

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const netstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`;
const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export function signingInput(algorithm: string, values: Values, data: string): string {
  const fields = SIGNED.map((name) => (values[name] === undefined ? "-," : netstring(textOf(values[name]))));
  return [netstring("sallyport/1"), netstring(algorithm), ...fields, netstring(sha256(data))].join("");
}

export const hmac = (secret: Buffer | string, input: string): Buffer => createHmac("sha256", secret).update(input).digest();
export const ed25519 = (keyId: string, input: string): Buffer => {
  const key = PRIVATE.get(keyId);
  if (key === undefined) throw new Error(`no private key ${keyId}`);
  return sign(null, Buffer.from(input), key);
};

export function signatureOf(keyId: string, values: Values, data: string): Buffer {
  const secret = SECRETS.get(keyId);
  if (secret !== undefined) return hmac(secret, signingInput("hmac-sha256", values, data));
  return ed25519(keyId, signingInput("ed25519", values, data));
}

export interface Forged {
  /** `null` leaves an attribute out, `undefined` cannot be meant. */
  readonly change?: Readonly<Record<string, unknown>>;
  readonly keyId?: string;
  readonly data?: string;
  /** Members added outside the signature, as JSON text by name. */
  readonly beside?: Readonly<Record<string, string>>;
  /** In place of the signature that is due. */
  readonly signature?: (values: Values, data: string) => string;
}

export interface Sealed {
  readonly values: Values;
  readonly data: string;
  /** Of each member its JSON text, in order. */
  readonly members: readonly (readonly [name: string, json: string])[];
  readonly text: string;
}

export function forge({ change = {}, keyId = "hmac-1", data = DATA, beside = {}, signature }: Forged = {}): Sealed {
  const merged: Record<string, unknown> = { keyid: keyId, ...REQUIRED, ...change };
  const values = Object.fromEntries(SIGNED.filter((name) => (merged[name] ?? null) !== null).map((name) => [name, merged[name]])) as Values;
  const signed = signature?.(values, data) ?? signatureOf(keyId, values, data).toString("base64url");
  const members = [
    ["specversion", '"1.0"'],
    ...Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]),
    ...Object.entries(beside),
    ["signature", JSON.stringify(signed)],
    ["data", data],
  ] as const satisfies readonly (readonly string[])[];
  return { values, data, members: members as Sealed["members"], text: written(members as Sealed["members"]) };
}

export const written = (members: Sealed["members"]): string => `{${members.map(([name, json]) => `"${name}":${json}`).join(",")}}`;

/** The honest envelope with a piece of its text replaced after signing. The piece must be there once. */
export function replaced({ text }: Sealed, piece: string, by: string): string {
  if (text.split(piece).length !== 2) throw new Error(`not once in the envelope: ${piece}`);
  return text.replace(piece, () => by);
}

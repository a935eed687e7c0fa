// Envelopes that every receiver must accept, and what it must make of them.
import { forge, type Forged, KEYS, OPTIONAL, type Sealed, sha256, signingInput, written } from "./forge.ts";
import { BOUNDS } from "./bounds.ts";

interface Case {
  readonly name: string;
  readonly clause: string;
  readonly why: string;
  readonly forged?: Forged;
  /** How the sealed envelope is written; by default as a sender should. */
  readonly text?: (sealed: Sealed) => string;
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string };
}

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const beside = (members: Record<string, string>): Forged => ({ beside: members });
const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const charactersOf = (text: string): readonly string[] => Array.from(text);
const millisecondsOf = (time: unknown): number | null => (typeof time === "string" ? Date.parse(time) : null);
const change = (values: Record<string, unknown>, keyId?: string): Forged => ({ change: values, ...(keyId !== undefined && { keyId }) });

const CASES: readonly Case[] = [
  { name: "required attributes, HMAC-SHA256", clause: "ENV-2", why: "the least that an envelope has" },
  { name: "required attributes, Ed25519", clause: "ENV-14", why: "the other algorithm", forged: { keyId: "ed25519-1" } },
  {
    name: "every attribute, HMAC-SHA256",
    clause: "ENV-12",
    why: "optional attributes are signed in their places",
    forged: change(OPTIONAL),
  },
  { name: "every attribute, Ed25519", clause: "ENV-12", why: "likewise", forged: change(OPTIONAL, "ed25519-1") },
  { name: "a key that can only verify", clause: "ENV-50", why: "a public key is enough to receive", forged: { keyId: "ed25519-public" } },
  ...["null", "0", '"text"', "[]", "{}", "true", "-1.5e3"].map((data) => ({
    name: `data that is ${data}`,
    clause: "ENV-8",
    why: "data is any one JSON value; null is a value and not an absence",
    forged: { data },
  })),
  {
    name: "data with white space within",
    clause: "ENV-13",
    why: "the bytes are digested as they are, not re-written",
    forged: { data: '{ "b" : 1,\n\t"a": [ ] }' },
  },
  {
    name: "white space around data",
    clause: "ENV-26",
    why: "what stands around the value is not of the value",
    text: ({ members, data }) => written(members).replace(`"data":${data}}`, `"data" : \r\n\t${data} \n}\n`),
  },
  {
    name: "data that names data",
    clause: "ENV-26",
    why: "only the member of the outermost object is the envelope's data",
    forged: { data: '{"data":{"data":"\\"data\\":{}","signature":"x"}}' },
  },
  {
    name: "escapes in data",
    clause: "ENV-13",
    why: "the bytes are digested, not what they spell",
    forged: { data: '{"text":"\\u00e9\\ud83d\\udc8c é 💌 \\\\ \\" \\/"}' },
  },
  {
    name: "data as deep as allowed",
    clause: "ENV-21",
    why: "the envelope itself is the first level",
    forged: { data: nested(BOUNDS.maxDepth - 1) },
  },
  {
    name: "brackets in text",
    clause: "ENV-21",
    why: "brackets within strings are no levels",
    forged: { data: JSON.stringify("[{".repeat(BOUNDS.maxDepth)) },
  },
  {
    name: "as many bytes as allowed",
    clause: "ENV-20",
    why: "the bound is inclusive",
    text: ({ text }) => text.padEnd(BOUNDS.maxBytes, " "),
  },
  {
    name: "members in another order",
    clause: "ENV-12",
    why: "the order of signing is the format's, not the message's",
    forged: change(OPTIONAL),
    text: ({ members }) => written(members.toReversed()),
  },
  {
    name: "white space between members",
    clause: "ENV-22",
    why: "it is JSON",
    text: ({ members }) => `\n{ ${members.map(([name, json]) => `"${name}" :\t${json}`).join(" ,\r\n")} }\n`,
  },
  {
    name: "an attribute's name and value spelt with escapes",
    clause: "ENV-12",
    why: "attributes are signed by what they are, not by how they are spelt",
    text: ({ text }) => text.replace('"actor":"alice"', '"\\u0061ctor":"\\u0061lice"'),
  },
  ...["a", "x".repeat(256), "💌".repeat(256), "Ольга @ работа", " ", 'quote " backslash \\ slash /'].map((actor) => ({
    name: `an actor of ${charactersOf(actor).length} characters, ${Buffer.byteLength(actor)} bytes: ${JSON.stringify(charactersOf(actor).slice(0, 32).join(""))}`,
    clause: "ENV-5",
    why: "characters are code points; a netstring counts bytes (ENV-11)",
    forged: change({ actor }),
  })),
  {
    name: "an id of 128 characters",
    clause: "ENV-2",
    why: "the bound is inclusive",
    forged: change({ id: "i".repeat(128), rootid: "i".repeat(128) }),
  },
  {
    name: "the greatest hop and generation",
    clause: "ENV-7",
    why: "the bounds are inclusive",
    forged: change({ hop: 255, generation: 255 }),
  },
  ...[
    "2026-11-23T00:00:00.123456789Z",
    "2026-11-23T00:00:00+00:00",
    "2026-11-23T01:30:00+01:30",
    "2026-11-22T12:00:00-12:00",
    "2024-02-29T23:59:59.9Z",
  ].map((time) => ({ name: `time ${time}`, clause: "ENV-6", why: "a time in every form that is allowed", forged: change({ time }) })),
  { name: "expirytime with an offset", clause: "ENV-6", why: "likewise", forged: change({ expirytime: "2026-11-23T02:00:00.5+02:00" }) },
  {
    name: "expirytime before time",
    clause: "ENV-42",
    why: "whether it is past is freshness, not form",
    forged: change({ expirytime: "2020-01-01T00:00:00Z" }),
  },
  {
    name: "a key on its first moment",
    clause: "ENV-34",
    why: "notBefore is inclusive",
    forged: change({ time: "2026-11-22T00:00:00Z" }, "hmac-dated"),
  },
  {
    name: "a key on its last moment",
    clause: "ENV-34",
    why: "notAfter is inclusive",
    forged: change({ time: "2026-11-24T00:00:00Z" }, "hmac-dated"),
  },
  { name: "a key within its reach", clause: "ENV-35", why: "destination and type are listed", forged: { keyId: "hmac-narrow" } },
  {
    name: "another issuer's key for its own source",
    clause: "ENV-33",
    why: "issuer and source agree",
    forged: change({ source: "billing" }, "hmac-billing"),
  },
  {
    name: "a trace context",
    clause: "ENV-9",
    why: "it travels outside the signature",
    forged: beside({ traceparent: `"${TRACE}"` }),
    trace: { traceparent: TRACE },
  },
  {
    name: "a trace context with a state",
    clause: "ENV-9",
    why: "likewise",
    forged: beside({ traceparent: `"${TRACE}"`, tracestate: '"vendor=1"' }),
    trace: { traceparent: TRACE, tracestate: "vendor=1" },
  },
  ...[
    ["empty", '""'],
    ["free text", '"hello"'],
    ["of another version", `"01${TRACE.slice(2)}"`],
    ["in capitals", `"${TRACE.toUpperCase()}"`],
    ["a trace of zeros", `"00-${"0".repeat(32)}-b7ad6b7169203331-01"`],
    ["a span of zeros", `"00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01"`],
    ["longer", `"${TRACE}-x"`],
  ].map(([what = "", json = ""]) => ({
    name: `a traceparent that is ${what}`,
    clause: "ENV-9",
    why: "what is unsigned decides nothing: it is ignored, and its tracestate with it",
    forged: beside({ traceparent: json, tracestate: '"vendor=1"' }),
  })),
  {
    name: "a tracestate that is too long",
    clause: "ENV-9",
    why: "it is ignored, and the traceparent kept",
    forged: beside({ traceparent: `"${TRACE}"`, tracestate: `"${"x".repeat(513)}"` }),
    trace: { traceparent: TRACE },
  },
  {
    name: "a tracestate alone",
    clause: "ENV-9",
    why: "it says nothing without a traceparent",
    forged: beside({ tracestate: '"vendor=1"' }),
  },
];

export const acceptVectors = (): readonly object[] =>
  CASES.map(({ name, clause, why, forged = {}, text, trace }) => {
    const sealed = forge(forged);
    const { keyid, time, expirytime } = sealed.values;
    const algorithm = KEYS.find(({ id }) => id === keyid)?.algorithm ?? "";
    return {
      name,
      clause,
      why,
      foundOn: "notes",
      text: text?.(sealed) ?? sealed.text,
      expected: {
        attributes: sealed.values,
        trace: trace ?? null,
        data: sealed.data,
        dataDigest: sha256(sealed.data),
        signingInput: signingInput(algorithm, sealed.values, sealed.data),
        signedAtMs: millisecondsOf(time),
        expiresAtMs: millisecondsOf(expirytime),
      },
    };
  });

// Envelopes that every receiver must refuse, and with which code. Nearly all are signed, and wrong in one way only.
import { BOUNDS } from "./bounds.ts";
import {
  DATA,
  ed25519,
  forge,
  type Forged,
  hmac,
  OPTIONAL,
  PUBLIC_PEM,
  replaced,
  REQUIRED,
  signatureOf,
  SIGNED,
  signingInput,
  type Values,
  written,
} from "./forge.ts";

interface Case {
  readonly name: string;
  readonly clause: string;
  readonly why: string;
  readonly code: string;
  readonly foundOn?: string;
  readonly received: string | Uint8Array;
}

const MALFORMED = "ERR_ENVELOPE_MALFORMED";
const SIGNATURE = "ERR_ENVELOPE_SIGNATURE";
const NOT_ALLOWED = "ERR_ENVELOPE_KEY_NOT_ALLOWED";
const full = forge({ change: OPTIONAL });
const plain = forge();
const both = [full, forge({ change: OPTIONAL, keyId: "ed25519-1" })];
const refusals = (
  code: string,
  clause: string,
  cases: readonly (readonly [name: string, why: string, received: string | Uint8Array])[],
): Case[] => cases.map(([name, why, received]) => ({ name, clause, why, code, received }));
const changed = (change: Record<string, unknown>, keyId?: string): string => forge({ change, ...(keyId !== undefined && { keyId }) }).text;
const without = (name: string): string => written(full.members.filter(([member]) => member !== name));
const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const rewritten = (name: string, json: string, sealed = full): string =>
  written(sealed.members.map(([member, was]) => [member, member === name ? json : was] as const));

/** Another value of the right shape, for each attribute. */
const OTHERS: Readonly<Record<(typeof SIGNED)[number], unknown>> = {
  keyid: "hmac-dated",
  source: "billing",
  destination: "admin",
  type: "note.removed",
  id: "e2",
  time: "2026-11-23T00:00:01Z",
  expirytime: "2027-11-24T00:00:00Z",
  tenant: "evil",
  actor: "root",
  origin: "operator",
  subject: "n2",
  hop: 1,
  rootid: "e2",
  causationid: "c2",
  generation: 1,
  datacontenttype: "text/html",
};

const tampered = (): Case[] =>
  both.flatMap((sealed) => {
    const by = ` (${String(sealed.values.keyid)})`;
    return [
      ...SIGNED.filter((name) => name !== "datacontenttype").flatMap((name) => [
        {
          name: `${name} changed after signing${by}`,
          clause: "ENV-31",
          why: "every attribute is under the signature",
          code: SIGNATURE,
          foundOn: name === "destination" ? "admin" : "notes",
          received: rewritten(name, JSON.stringify(OTHERS[name]), sealed),
        },
      ]),
      ...Object.keys(OPTIONAL).map((name) => ({
        name: `${name} taken out after signing${by}`,
        clause: "ENV-31",
        why: "an absent attribute is signed as absent",
        code: SIGNATURE,
        received: written(sealed.members.filter(([member]) => member !== name)),
      })),
      ...refusals(SIGNATURE, "ENV-31", [
        [`data changed after signing${by}`, "the data's bytes are digested", rewritten("data", '{"noteId":"n2","text":"hello"}', sealed)],
        [
          `data re-written after signing${by}`,
          "equal data of other bytes is other data",
          rewritten("data", '{"noteId": "n1","text":"hello"}', sealed),
        ],
        [
          `data re-spelt after signing${by}`,
          "an escape is another byte",
          rewritten("data", '{"noteId":"n1","text":"\\u0068ello"}', sealed),
        ],
      ]),
    ];
  });

const added = (): Case[] =>
  Object.entries(OPTIONAL).map(([name, value]) => ({
    name: `${name} added after signing`,
    clause: "ENV-31",
    why: "what was signed as absent is absent",
    code: SIGNATURE,
    received: replaced(plain, '"signature":', `"${name}":${JSON.stringify(value)},"signature":`),
  }));

const missing = (): Case[] => [
  ...["keyid", ...Object.keys(REQUIRED), "specversion", "data"].map((name) => ({
    name: `${name} missing`,
    clause: "ENV-24",
    why: "it is required",
    code: MALFORMED,
    received: name in REQUIRED ? forge({ change: { ...OPTIONAL, [name]: null } }).text : without(name),
  })),
  {
    name: "signature missing",
    clause: "ENV-25",
    why: "a stripped signature",
    code: "ERR_ENVELOPE_UNSIGNED",
    received: without("signature"),
  },
];

const ofWrongType = (): Case[] =>
  SIGNED.flatMap((name) => {
    const count = name === "hop" || name === "generation";
    const wrong = ["null", "true", "[]", "{}", ...(count ? ['"0"', "[0]"] : ["0", JSON.stringify([full.values[name]]), '""', '"\\u0000"'])];
    return wrong.map((json) => ({
      name: `${name} is ${json}`,
      clause: count ? "ENV-7" : "ENV-24",
      why: "nothing is coerced, and no text is empty",
      code: MALFORMED,
      received: signedAs(name, json),
    }));
  });

/** Signed with the value that the JSON text stands for, so that the shape alone can be the reason. */
function signedAs(name: string, json: string): string {
  const value = JSON.parse(json) as unknown;
  if (value === null || name === "keyid") return rewritten(name, json);
  return rewritten(name, json, forge({ change: { ...OPTIONAL, [name]: value } }));
}

const shapes = (): Case[] => [
  ...[
    "-1",
    "-0",
    "0.0",
    "1.5",
    "1e2",
    "1E2",
    "10e-1",
    "256",
    "-999",
    "1e309",
    "9007199254740993",
    "123456789012345678901234567890",
  ].flatMap((json) =>
    ["hop", "generation"].map((name) => ({
      name: `${name} is ${json}`,
      clause: "ENV-7",
      why: "a count is written in digits, and is at most 255",
      code: MALFORMED,
      received: rewritten(name, json, forge({ change: { ...OPTIONAL, [name]: Number.isFinite(Number(json)) ? Number(json) : 0 } })),
    })),
  ),
  ...["\r\n", "\u007f", "\u0085", "\u2028", "\u2029", "\ufffe", "\u{1ffff}", "\ufdd0"].flatMap((bad) =>
    ["actor", "subject"].map((name) => ({
      name: `${name} has ${JSON.stringify(bad)} (U+${(bad.codePointAt(0) ?? 0).toString(16).padStart(4, "0").toUpperCase()})`,
      clause: "ENV-5",
      why: "not printable",
      code: MALFORMED,
      received: changed({ [name]: `a${bad}b` }),
    })),
  ),
  ...["actor", "subject"].flatMap((name) =>
    refusals(MALFORMED, "ENV-5", [
      [`${name} of 257 characters`, "too long", changed({ [name]: "x".repeat(257) })],
      [`${name} of 257 characters beyond the first plane`, "too long", changed({ [name]: "💌".repeat(257) })],
      [`${name} with a lone surrogate`, "not well-formed Unicode", rewritten(name, '"a\\ud800b"')],
      [`${name} with surrogates in the wrong order`, "not well-formed Unicode", rewritten(name, '"\\udc8c\\ud83d"')],
    ]),
  ),
  ...refusals(MALFORMED, "ENV-24", [
    ["specversion 0.3", "another version of CloudEvents", rewritten("specversion", '"0.3"')],
    ["specversion as a number", "nothing is coerced", rewritten("specversion", "1.0")],
    ["an unknown attribute", "what is not signed must not be read", replaced(plain, '"signature":', '"admin":"yes","signature":')],
    ["data_base64", "there is one form of data", replaced(plain, '"signature":', '"data_base64":"e30=","signature":')],
    [
      "data_base64 in place of data",
      "there is one form of data",
      written(plain.members.map(([name, json]) => (name === "data" ? (["data_base64", '"e30="'] as const) : ([name, json] as const)))),
    ],
    ["an attribute in capitals", "names are compared exactly", replaced(plain, '"actor":', '"Actor":')],
    [
      "dataschema",
      "a CloudEvents attribute that this format does not have",
      replaced(plain, '"signature":', '"dataschema":"x:y","signature":'),
    ],
    ["another content type", "data is JSON", changed({ datacontenttype: "application/JSON" })],
    ["another content type with a parameter", "data is JSON", changed({ datacontenttype: "application/json; charset=utf-8" })],
    ["an origin of its own", "a closed set", changed({ origin: "admin" })],
    ["an id of 129 characters", "too long", changed({ id: "i".repeat(129) })],
    ["an id that begins with a dot", "not of the alphabet", changed({ id: ".e1" })],
    ["a destination with a slash", "not of the alphabet", changed({ destination: "notes/../admin" })],
    ["a destination of 201 characters", "too long", changed({ destination: "d".repeat(201) })],
    ["a tenant with a dot", "not of the alphabet", changed({ tenant: "acme.evil" })],
    ["a tenant of 64 characters", "too long", changed({ tenant: "t".repeat(64) })],
    ["a source with a line break at its end", "the end of the pattern is the end of the text", changed({ source: "notes\n" })],
    ["a key id with a space", "not of the alphabet", rewritten("keyid", '"hmac-1 "')],
    ["a time of 36 characters", "too long", changed({ time: `2026-11-23T00:00:00.${"0".repeat(15)}Z` })],
    ["a time in words", "not of the alphabet", changed({ time: "23 November 2026 00:00" })],
    ["a signature that is a list", "nothing is coerced", rewritten("signature", '["x"]')],
    ["a signature that is null", "null is a value, and not text", rewritten("signature", "null")],
    ["a traceparent that is a list", "a CloudEvents attribute is text", forge({ beside: { traceparent: '["00"]' } }).text],
    ["a tracestate that is a number", "a CloudEvents attribute is text", forge({ beside: { tracestate: "1" } }).text],
  ]),
];

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const [head = "", tail = ""] = plain.text.split("alice");

const structure = (): Case[] => [
  ...refusals("ERR_ENVELOPE_TOO_LARGE", "ENV-20", [
    ["one byte more than allowed", "the bound is exact", plain.text.padEnd(BOUNDS.maxBytes + 1, " ")],
  ]),
  ...refusals(MALFORMED, "ENV-21", [
    ["data one level deeper than allowed", "the envelope is the first level", forge({ data: nested(BOUNDS.maxDepth) }).text],
    ["nothing but opening brackets", "depth is bounded before anything is parsed", "[".repeat(BOUNDS.maxBytes)],
    ["depth outside data", "depth counts everywhere", forge({ beside: { deep: nested(BOUNDS.maxDepth) } }).text],
  ]),
  ...refusals(MALFORMED, "ENV-22", [
    ["no bytes", "not JSON", ""],
    ["null", "not an object", "null"],
    ["an array of one envelope", "not an object: there are no batches", `[${plain.text}]`],
    ["an envelope within text", "not an object", JSON.stringify(plain.text)],
    ["the end cut off", "not JSON", plain.text.slice(0, -1)],
    ["a second envelope after it", "not one JSON value", plain.text + plain.text],
    ["a NUL byte after it", "not JSON", bytes(plain.text, [0])],
    ["a comma too many", "not JSON", replaced(plain, '"hop":0,', '"hop":0,,')],
    ["a comma at the end", "not JSON", `${plain.text.slice(0, -1)},}`],
    ["single quotes", "not JSON", plain.text.replaceAll('"', "'")],
    ["a comment", "not JSON", replaced(plain, '"hop":0', '"hop":/**/0')],
    ["a number with a leading zero", "not JSON", replaced(plain, '"hop":0', '"hop":00')],
    ["NaN", "not JSON", replaced(plain, '"hop":0', '"hop":NaN')],
    ["a line break within text", "not JSON", replaced(plain, "alice", "al\nice")],
    ["a byte-order mark", "not JSON; a reader that skips it reads other bytes than were signed", bytes([0xef, 0xbb, 0xbf], plain.text)],
    ["a byte that is not UTF-8", "no byte is replaced", bytes(head, [0xff], tail)],
    ["an overlong encoding", "not UTF-8", bytes(head, [0xc1, 0xa1], tail)],
    ["a surrogate encoded in UTF-8", "not UTF-8", bytes(head, [0xed, 0xa0, 0x80], tail)],
    ["text cut within a character", "not UTF-8", bytes(head, [0xf0, 0x9f, 0x92], tail)],
    ["UTF-16", "not UTF-8", Buffer.from(plain.text, "utf16le")],
    ["a byte that is not UTF-8, in data", "no byte is replaced", bytes(plain.text.replace(/hello.*$/, ""), [0xff], '"}}')],
  ]),
  ...refusals(MALFORMED, "ENV-23", [
    ["an attribute twice", "readers differ in which they take", replaced(plain, '"actor":"alice"', '"actor":"root","actor":"alice"')],
    ["an attribute twice with one value", "twice is twice", replaced(plain, '"actor":"alice"', '"actor":"alice","actor":"alice"')],
    [
      "an attribute twice, once in escapes",
      "spelling does not make two names",
      replaced(plain, '"actor":"alice"', '"\\u0061ctor":"root","actor":"alice"'),
    ],
    ["data twice", "readers differ in which they take", replaced(plain, '"data":', '"data":{},"data":')],
    ["data twice, last in escapes", "spelling does not make two names", `${plain.text.slice(0, -1)},"d\\u0061ta":{"noteId":"n2"}}`],
    [
      "data twice, first in escapes",
      "spelling does not make two names",
      replaced(plain, '"data":', '"d\\u0061ta":{"noteId":"n2"},"data":'),
    ],
    ["signature twice", "readers differ in which they take", replaced(plain, '"signature":', '"signature":"x","signature":')],
    ["a name twice within data", "readers differ in which they take", forge({ data: '{"noteId":"n1","noteId":"n2"}' }).text],
    ["a name twice deep within data", "at every depth", forge({ data: '[{"a":[{"b":1,"c":2,"\\u0062":3}]}]' }).text],
    ["an empty name twice", "an empty name is a name", forge({ data: '{"":1,"":2}' }).text],
    ["__proto__ within data", "some languages take it for more than a name", forge({ data: '{"__proto__":{"admin":true}}' }).text],
    ["__proto__ in escapes deep within data", "spelling does not matter", forge({ data: '[{"a":{"__proto\\u005f_":1}}]' }).text],
    ["__proto__ beside the attributes", "at every depth", replaced(plain, '"signature":', '"__proto__":{"hop":0},"signature":')],
  ]),
  ...refusals(MALFORMED, "ENV-26", [
    ["data spelt in escapes", "the bytes of data are found by its plain name", replaced(plain, '"data":', '"d\\u0061ta":')],
  ]),
];

const signatures = (): Case[] => {
  const base64 = (change: (signature: string) => string, forged: Forged = {}): string =>
    forge({ ...forged, signature: (values, data) => change(signatureOf(String(values.keyid), values, data).toString("base64url")) }).text;
  const other = (make: (values: Values, data: string) => Buffer, keyId: string): string =>
    forge({ keyId, signature: (values, data) => make(values, data).toString("base64url") }).text;
  return [
    ...["hmac-1", "ed25519-1"].flatMap((keyId) =>
      refusals(SIGNATURE, "ENV-14", [
        [`an empty signature (${keyId})`, "of the wrong length", base64(() => "", { keyId })],
        [
          `a padded signature (${keyId})`,
          "one spelling only",
          base64((text) => text.padEnd(Math.ceil(text.length / 4) * 4, "="), { keyId }),
        ],
        [`a signature with other unused bits (${keyId})`, "one spelling only", base64(withOtherUnusedBits, { keyId })],
        [`a signature in the alphabet of plain base64 (${keyId})`, "one spelling only", inPlainBase64(keyId)],
        [`a signature with a line break (${keyId})`, "one spelling only", base64((text) => `${text}\n`, { keyId })],
        [
          `a signature with a space within (${keyId})`,
          "one spelling only",
          base64((text) => `${text.slice(0, 9)} ${text.slice(9)}`, { keyId }),
        ],
        [
          `a signature in hexadecimal (${keyId})`,
          "one spelling only",
          base64((text) => Buffer.from(text, "base64url").toString("hex"), { keyId }),
        ],
        [
          `a signature cut by a byte (${keyId})`,
          "of the wrong length",
          base64((text) => Buffer.from(text, "base64url").subarray(1).toString("base64url"), { keyId }),
        ],
        [
          `a signature of zeros (${keyId})`,
          "not the signature",
          base64((text) => Buffer.alloc(Buffer.from(text, "base64url").length).toString("base64url"), { keyId }),
        ],
      ]),
    ),
    ...refusals(SIGNATURE, "ENV-14", [
      [
        "an Ed25519 signature whose S is not reduced",
        "RFC 8032, 5.1.7: S must be below the order",
        other((values, data) => unreduced(signatureOf("ed25519-1", values, data)), "ed25519-1"),
      ],
    ]),
    ...refusals(SIGNATURE, "ENV-50", [
      [
        "an HMAC made with the public key's PEM",
        "algorithm confusion: the key says Ed25519",
        other((values, data) => hmac(PUBLIC_PEM, signingInput("hmac-sha256", values, data)), "ed25519-1"),
      ],
      [
        "an HMAC made with the public key's PEM over an input that says Ed25519",
        "likewise",
        other((values, data) => hmac(PUBLIC_PEM, signingInput("ed25519", values, data)), "ed25519-1"),
      ],
      [
        "an Ed25519 signature under an HMAC key's id",
        "the key says HMAC",
        other((values, data) => ed25519("ed25519-1", signingInput("ed25519", values, data)), "hmac-1"),
      ],
      [
        "an HMAC of 64 bytes under an Ed25519 key's id",
        "the key says Ed25519",
        other((values, data) => Buffer.alloc(64, signatureOf("hmac-1", values, data)), "ed25519-1"),
      ],
    ]),
    ...refusals(SIGNATURE, "ENV-10", [
      [
        "signed as of another version",
        "the version is signed",
        other(
          (values, data) => ed25519("ed25519-1", signingInput("ed25519", values, data).replace("11:sallyport/1,", "11:sallyport/2,")),
          "ed25519-1",
        ),
      ],
      [
        "signed as of another algorithm",
        "the algorithm is signed",
        other((values, data) => ed25519("ed25519-1", signingInput("hmac-sha256", values, data)), "ed25519-1"),
      ],
    ]),
    ...refusals(SIGNATURE, "ENV-12", [
      [
        "signed with absent attributes left out",
        "an absent attribute has its place",
        other((values, data) => ed25519("ed25519-1", signingInput("ed25519", values, data).replaceAll("-,", "")), "ed25519-1"),
      ],
      [
        "signed with absent attributes as empty ones",
        "absent is not empty",
        other((values, data) => ed25519("ed25519-1", signingInput("ed25519", values, data).replaceAll("-,", "0:,")), "ed25519-1"),
      ],
    ]),
    ...refusals(SIGNATURE, "ENV-13", [
      [
        "signed over data with its white space",
        "the digest is of the value alone",
        rewritten(
          "data",
          ` ${DATA}`,
          forge({ signature: (values, data) => signatureOf("hmac-1", values, ` ${data}`).toString("base64url") }),
        ),
      ],
    ]),
    {
      name: "signed with lengths in characters",
      clause: "ENV-11",
      why: "lengths are in bytes",
      code: SIGNATURE,
      received: forge({
        keyId: "ed25519-1",
        change: { actor: "ключ" },
        signature: (values, data) =>
          ed25519("ed25519-1", signingInput("ed25519", values, data).replace("8:ключ", "4:ключ")).toString("base64url"),
      }).text,
    },
  ];
};

/** The last character of unpadded base64 says less than it could: another one stands for the same bytes. */
function withOtherUnusedBits(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.at(-1) ?? "") + 1] ?? "");
}

/** An id is sought whose signature tells the two alphabets apart. */
function inPlainBase64(keyId: string): string {
  for (let n = 1; ; n++) {
    const sealed = forge({ keyId, change: { id: `e${n}` } });
    const signature = sealed.members.find(([name]) => name === "signature")?.[1] ?? "";
    if (/-/.test(signature) && /_/.test(signature))
      return rewritten("signature", signature.replaceAll("-", "+").replaceAll("_", "/"), sealed);
  }
}

/** S + L in place of S: the same equation, another signature. */
function unreduced(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString("hex")}`) + order;
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex").toReversed()]);
}

const NO_TIMES = [
  "2026-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-10T00:00:00Z",
  "2026-11-00T00:00:00Z",
  "2026-11-23T24:00:00Z",
  "2026-11-23T00:60:00Z",
  "2026-11-23T00:00:60Z",
  "2026-11-23T00:00:00.Z",
  "2026-11-23T00:00:00.1234567890Z",
  "2026-11-23T00:00:00+24:00",
  "2026-11-23T00:00:00+0000",
  "2026-11-23T00:00:00z",
  "2026-11-23t00:00:00Z",
  "2026-11-23T00:00:00.000",
  "+002026-11-23T00:00:00Z",
  "0026-11-23T00:00:00Z",
  "20261123T000000.000000Z",
  "1763856000000000000000",
  "....................",
];

const verification = (): Case[] => [
  {
    name: "an unknown key id",
    clause: "ENV-30",
    why: "nothing is fetched and nothing guessed",
    code: "ERR_ENVELOPE_KEY_UNKNOWN",
    received: rewritten("keyid", '"nobody"'),
  },
  {
    name: "a key id that objects have as a property",
    clause: "ENV-30",
    why: "key ids are looked up among keys alone",
    code: "ERR_ENVELOPE_KEY_UNKNOWN",
    received: rewritten("keyid", '"constructor"'),
  },
  ...["time", "expirytime"].flatMap((name) =>
    NO_TIMES.map((time) => ({
      name: `${name} ${time}`,
      clause: "ENV-32",
      why: "not a time of the one form, or of the calendar",
      code: "ERR_ENVELOPE_TIME_INVALID",
      received: changed({ [name]: time }),
    })),
  ),
  {
    name: "a source that is not the key's issuer",
    clause: "ENV-33",
    why: "a key speaks for one issuer",
    code: NOT_ALLOWED,
    received: changed({ source: "billing" }),
  },
  {
    name: "another issuer's key for this source",
    clause: "ENV-33",
    why: "a key speaks for one issuer",
    code: NOT_ALLOWED,
    received: forge({ keyId: "hmac-billing" }).text,
  },
  {
    name: "signed a moment before the key's first",
    clause: "ENV-34",
    why: "not yet valid",
    code: NOT_ALLOWED,
    received: changed({ time: "2026-11-21T23:59:59.999Z" }, "hmac-dated"),
  },
  {
    name: "signed a moment after the key's last",
    clause: "ENV-34",
    why: "no longer valid",
    code: NOT_ALLOWED,
    received: changed({ time: "2026-11-24T00:00:00.001Z" }, "hmac-dated"),
  },
  {
    name: "a destination that the key may not send to",
    clause: "ENV-35",
    why: "outside its reach",
    code: NOT_ALLOWED,
    foundOn: "admin",
    received: changed({ destination: "admin" }, "hmac-narrow"),
  },
  {
    name: "a type that the key may not send",
    clause: "ENV-35",
    why: "outside its reach",
    code: NOT_ALLOWED,
    received: changed({ type: "note.removed" }, "hmac-narrow"),
  },
  {
    name: "found where it was not signed for",
    clause: "ENV-36",
    why: "moved",
    code: "ERR_POLICY_DESTINATION",
    foundOn: "admin",
    received: plain.text,
  },
  {
    name: "signed for elsewhere, found here",
    clause: "ENV-36",
    why: "moved",
    code: "ERR_POLICY_DESTINATION",
    received: changed({ destination: "admin" }),
  },
  {
    name: "found on a destination of other capitals",
    clause: "ENV-36",
    why: "names are compared exactly",
    code: "ERR_POLICY_DESTINATION",
    foundOn: "Notes",
    received: plain.text,
  },
];

export const rejectVectors = (): readonly object[] =>
  [...tampered(), ...added(), ...missing(), ...ofWrongType(), ...shapes(), ...structure(), ...signatures(), ...verification()].map(
    ({ name, clause, why, code, foundOn = "notes", received }) => ({
      name,
      clause,
      why,
      foundOn,
      ...(typeof received === "string" ? { text: received } : { bytes: Buffer.from(received).toString("base64") }),
      code,
    }),
  );

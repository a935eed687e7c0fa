// What a reader in another language lets through who trusts its libraries: digits of other scripts, patterns that match
// before a line feed or in part, parsers that are lenient by default, comparisons that fold. Each was found by writing
// such a reader and seeing every other vector pass.
import { type Case, refusals } from "./case.ts";
import { forge, OPTIONAL, replaced, signatureOf } from "./forge.ts";

const MALFORMED = "ERR_ENVELOPE_MALFORMED";
const plain = forge();
const changed = (change: Record<string, unknown>): string => forge({ change: { ...OPTIONAL, ...change } }).text;

const times = (): Case[] =>
  ["time", "expirytime"].flatMap((name) => [
    ...refusals(MALFORMED, "ENV-24", [
      [`${name} in Arabic-Indic digits`, "digits are those of ASCII", changed({ [name]: "٢٠٢٦-11-23T00:00:00Z" })],
      [`${name} in full-width digits`, "digits are those of ASCII", changed({ [name]: "２０２６-11-23T00:00:00Z" })],
      [
        `${name} with a line break at its end`,
        "the end of the pattern is the end of the text",
        changed({ [name]: "2026-11-23T00:00:00Z\n" }),
      ],
      [`${name} with a minus sign that is not -`, "not of the alphabet", changed({ [name]: "2026-11-23T00:00:00\u221201:00" })],
    ]),
    ...refusals("ERR_ENVELOPE_TIME_INVALID", "ENV-32", [
      [`${name} with more after its zone`, "all of the text is the time", changed({ [name]: "2026-11-23T00:00:00ZZ" })],
      [`${name} with an offset of 60 minutes`, "minutes end at 59", changed({ [name]: "2026-11-23T00:00:00+00:60" })],
      [`${name} on a leap day of a century`, "2100 is no leap year", changed({ [name]: "2100-02-29T00:00:00Z" })],
    ]),
  ]);

const texts = (): Case[] =>
  refusals(MALFORMED, "ENV-24", [
    ["an id with a letter beyond ASCII", "not of the alphabet, though a letter", changed({ id: "é1" })],
    ["an id with a full-width digit", "not of the alphabet, though a digit", changed({ id: "e１" })],
    ["an origin in capitals", "compared exactly", changed({ origin: "LLM" })],
    ["specversion 1.0.2", "compared exactly", replaced(plain, '"specversion":"1.0"', '"specversion":"1.0.2"')],
    ["specversion 11.0", "compared exactly", replaced(plain, '"specversion":"1.0"', '"specversion":"11.0"')],
    ["specversion 1", "compared exactly", replaced(plain, '"specversion":"1.0"', '"specversion":"1"')],
    ["an attribute a second time in capitals", "names are compared exactly", replaced(plain, '"id":', '"ID":"e1","id":')],
    ["a member whose name is empty", "what is not signed must not be read", replaced(plain, '"id":', '"":"e1","id":')],
    [
      "a member named as a property of objects",
      "members are looked up among attributes alone",
      replaced(plain, '"id":', '"toString":"e1","id":'),
    ],
  ]);

/** In the data, where no shape refuses it for another reason. */
const structure = (): Case[] =>
  refusals(MALFORMED, "ENV-22", [
    ["NaN in data", "not JSON, though some parsers take it", forge({ data: '{"stars":NaN}' }).text],
    ["minus infinity in data", "not JSON, though some parsers take it", forge({ data: '{"stars":-Infinity}' }).text],
    ["a comma at the end in data", "not JSON, though some parsers take it", forge({ data: '{"stars":1,}' }).text],
    ["a comment in data", "not JSON, though some parsers take it", forge({ data: '{"stars":1/**/}' }).text],
    ["a line break in text of data", "not JSON, though some parsers take it", forge({ data: '{"text":"a\nb"}' }).text],
    ["a tab in text of data", "not JSON, though some parsers take it", forge({ data: '{"text":"a\tb"}' }).text],
    ["an escape of hexadecimal digits in data", "not JSON", forge({ data: '{"text":"\\x41"}' }).text],
    ["a surrogate encoded in UTF-8, in data", "not UTF-8", withBytes([0xed, 0xa0, 0x80])],
    ["a character beyond U+10FFFF, in data", "not UTF-8", withBytes([0xf4, 0x90, 0x80, 0x80])],
    ["a form feed before it", "not white space of JSON", `\f${plain.text}`],
    ["a no-break space after it", "not white space of JSON", `${plain.text}\u00a0`],
    ["a line separator after it", "not white space of JSON", `${plain.text}\u2028`],
  ]);

function withBytes(bytes: readonly number[]): Uint8Array {
  const [before = "", after = ""] = plain.text.split("hello");
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

const folded = (): Case[] => [
  ...refusals("ERR_ENVELOPE_KEY_UNKNOWN", "ENV-30", [
    [
      "a key id in capitals, signed by the key",
      "key ids are compared exactly",
      forge({ change: { keyid: "HMAC-1" }, signature: (values, data) => signatureOf("hmac-1", values, data).toString("base64url") }).text,
    ],
  ]),
  ...refusals("ERR_ENVELOPE_KEY_NOT_ALLOWED", "ENV-33", [
    ["a source in capitals", "issuers are compared exactly", changed({ source: "NOTES" })],
  ]),
  ...["notes.dlq", "note", "", "notes "].map((foundOn) => ({
    name: `found on ${JSON.stringify(foundOn)}`,
    clause: "ENV-36",
    why: "names are compared whole",
    code: "ERR_POLICY_DESTINATION",
    foundOn,
    received: plain.text,
  })),
  ...refusals("ERR_ENVELOPE_SIGNATURE", "ENV-31", [
    [
      "no time, and not authentic",
      "what is not authentic is not read",
      replaced(plain, '"time":"2026-11-23T00:00:00Z"', '"time":"2026-02-30T00:00:00Z"'),
    ],
  ]),
];

export const carelessCases = (): Case[] => [...times(), ...texts(), ...structure(), ...folded()];

// Ways to change an honest envelope so that it is no longer what was signed. Each changes something that the
// signature covers, or breaks the form: none may be accepted, whatever chance picks.

export type Chance = (below: number) => number;

/** The same numbers for the same seed, so that a failure can be run again. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Envelope = Record<string, unknown>;
export type Mutation = (honest: Uint8Array, other: Uint8Array, chance: Chance) => Uint8Array;

const parse = (bytes: Uint8Array): Envelope => JSON.parse(Buffer.from(bytes).toString()) as Envelope;
const write = (envelope: Envelope): Uint8Array => Buffer.from(JSON.stringify(envelope));
const pick = <T>(list: readonly T[], chance: Chance): T => list[chance(list.length)] as T;
const namesOf = (envelope: Envelope): readonly string[] => Object.keys(envelope);

const edit =
  (change: (envelope: Envelope, other: Envelope, chance: Chance) => Envelope | void): Mutation =>
  (honest, other, chance) => {
    const envelope = parse(honest);
    return write(change(envelope, parse(other), chance) ?? envelope);
  };

/** Values that a loose comparison, a coercion or a missing check would let pass for the one that stands there. */
const confusions = (value: unknown): readonly unknown[] => [
  null,
  true,
  [value],
  { value },
  [],
  {},
  "",
  typeof value === "number" ? String(value) : Number.parseInt(String(value), 10) || 7,
  typeof value === "number" ? value + 0.5 : `${String(value)} `,
  typeof value === "number" ? -1 - value : `${String(value)}\u0000`,
  typeof value === "number" ? 1e300 : `${String(value)}\r\nx-header: 1`,
  { toString: value },
];

const PLAUSIBLE: Readonly<Record<string, readonly unknown[]>> = {
  specversion: ["1.1", "0.3", 1],
  keyid: ["k2", "k9", "__proto__", "constructor"],
  source: ["orders", "notes2"],
  type: ["note.removed", "note.shared", "constructor", "__proto__"],
  destination: ["shares.acme", "notes2", "*"],
  id: ["00000000-0000-4000-8000-000000000000", "x"],
  time: ["2026-11-23T00:00:01.000Z", "2027-01-01T00:00:00Z", "NaN", "2026-11-23T00:00:00.000+00:00", "9999-12-31T23:59:59Z"],
  tenant: ["other", "acme2"],
  actor: ["root", "alice "],
  origin: ["operator", "service"],
  subject: ["nobody"],
  hop: [1, 7, 255],
  rootid: ["00000000-0000-4000-8000-000000000000"],
  generation: [1, 2, 255],
  datacontenttype: ["text/plain", "application/json; charset=utf-8", "application/JSON"],
  causationid: ["c1"],
  expirytime: ["2099-01-01T00:00:00Z"],
  data: [{ noteId: "n1", text: "other" }, null, []],
  signature: ["", "A".repeat(43), "none"],
};

function atRandom(bytes: Uint8Array, chance: Chance, change: (copy: number[], at: number) => void): Uint8Array {
  const copy = [...bytes];
  change(copy, chance(copy.length));
  return Uint8Array.from(copy);
}

const afterBrace = (bytes: Uint8Array, member: string): Uint8Array =>
  Buffer.from(`{${member},${Buffer.from(bytes).subarray(1).toString()}`);
const beforeBrace = (bytes: Uint8Array, member: string): Uint8Array =>
  Buffer.from(`${Buffer.from(bytes).subarray(0, -1).toString()},${member}}`);

export const MUTATIONS: ReadonlyMap<string, Mutation> = new Map<string, Mutation>([
  [
    "another value for a field",
    edit((envelope, _other, chance) => {
      const name = pick(Object.keys(PLAUSIBLE), chance);
      envelope[name] = pick(PLAUSIBLE[name] ?? [], chance);
    }),
  ],
  [
    "another type for a field",
    edit((envelope, _other, chance) => {
      const name = pick(namesOf(envelope), chance);
      envelope[name] = pick(confusions(envelope[name]), chance);
    }),
  ],
  [
    "a field left out",
    edit((envelope, _other, chance) => {
      delete envelope[pick(namesOf(envelope), chance)];
    }),
  ],
  [
    "a field too many",
    edit((envelope, _other, chance) => {
      envelope[pick(["approved", "dataschema", "data_base64", "algorithm", "alg", "attempts", "Data", "x"], chance)] = pick(
        [1, "none", true, -999],
        chance,
      );
    }),
  ],
  ["no signature", edit(({ signature: _signature, ...rest }) => rest)],
  [
    "a changed signature",
    edit((envelope, _other, chance) => {
      const signature = String(envelope["signature"]);
      const at = chance(signature.length);
      envelope["signature"] = pick(
        [
          signature.slice(0, at),
          `${signature}=`,
          `${signature} `,
          signature.slice(0, at) + (signature[at] === "A" ? "B" : "A") + signature.slice(at + 1),
          signature.slice(0, at) + String.fromCodePoint((signature.codePointAt(at) ?? 0) + 0x100) + signature.slice(at + 1),
          signature + signature,
        ],
        chance,
      );
    }),
  ],
  ["another message's signature", edit((envelope, other) => ({ ...envelope, signature: other["signature"] }))],
  ["another message's data", edit((envelope, other) => ({ ...envelope, data: other["data"] }))],
  ["another message's id", edit((envelope, other) => ({ ...envelope, id: other["id"] }))],
  [
    "a field twice",
    (honest, other, chance) => {
      const name = pick(namesOf(parse(honest)), chance);
      const member = `${JSON.stringify(name)}:${JSON.stringify(pick([parse(honest), parse(other)], chance)[name] ?? null)}`;
      return pick([afterBrace, beforeBrace], chance)(honest, member);
    },
  ],
  [
    "a field twice, once escaped",
    (honest, other, chance) => {
      const name = pick(namesOf(parse(honest)), chance);
      const escaped = `"\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}"`;
      return pick([afterBrace, beforeBrace], chance)(honest, `${escaped}:${JSON.stringify(parse(other)[name] ?? null)}`);
    },
  ],
  ["a prototype", (honest, _other, chance) => pick([afterBrace, beforeBrace], chance)(honest, '"__proto__":{"data":1,"signature":"x"}')],
  [
    "a flipped bit",
    (honest, _other, chance) =>
      atRandom(honest, chance, (copy, at) => {
        copy[at] = (copy[at] ?? 0) ^ (1 << chance(8));
      }),
  ],
  ["a byte left out", (honest, _other, chance) => atRandom(honest, chance, (copy, at) => void copy.splice(at, 1))],
  // Neither white space, which JSON allows between members, nor a backslash, which it allows before a slash: those
  // would be the same message.
  [
    "a byte too many",
    (honest, _other, chance) => atRandom(honest, chance, (copy, at) => void copy.splice(at, 0, 0x21 + chance(0x5c - 0x21))),
  ],
  ["an end cut off", (honest, _other, chance) => honest.slice(0, chance(honest.length))],
  ["an end added", (honest, other, chance) => Buffer.concat([honest, pick([Buffer.from("x"), Buffer.from("\0"), other, honest], chance)])],
  ["white space in the data", (honest) => Buffer.from(Buffer.from(honest).toString().replace('"data":{', '"data":{ '))],
  ["nesting", (honest, _other, chance) => Buffer.from("[".repeat(1 + chance(2000)) + Buffer.from(honest).toString())],
  ["another encoding", (honest) => Buffer.from(Buffer.from(honest).toString(), "utf16le")],
  ["chance", (honest, _other, chance) => Uint8Array.from({ length: chance(honest.length) }, () => chance(256))],
]);

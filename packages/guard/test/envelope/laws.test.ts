// Laws of the envelope over arbitrary envelopes and arbitrary changes, and how its work grows with hostile size.
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Attributes, ATTRIBUTES, isAcceptable } from "../../src/envelope/attributes.ts";
import { countMembers, scanJson } from "../../src/envelope/json-scan.ts";
import { type Key, KeyRing } from "../../src/envelope/keys.ts";
import { parseEnvelope, verifyEnvelope } from "../../src/envelope/open.ts";
import { sealEnvelope } from "../../src/envelope/seal.ts";
import { digestOf, signingInput } from "../../src/envelope/signing-input.ts";

const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const ring = new KeyRing([
  { id: "h", algorithm: "hmac-sha256", issuer: "notes", secret: Buffer.alloc(32, 9).toString("base64") },
  { id: "e", algorithm: "ed25519", issuer: "notes", privateKey: pem },
]);
const keyOf = (id: string): Key => ring.get(id) ?? expect.unreachable();
const bounds = { maxBytes: 1024 * 1024, maxDepth: 32 };

interface Outcome {
  readonly attributes: Attributes;
  readonly data: unknown;
  readonly dataDigest: string;
  readonly trace: unknown;
}

function open(bytes: Uint8Array, foundOn: string): Outcome | undefined {
  const parsed = parseEnvelope(bytes, bounds);
  const verified = parsed.ok ? verifyEnvelope(parsed.value, foundOn, ring) : parsed;
  if (!verified.ok) return undefined;
  const { attributes, data, dataDigest, trace } = verified.value;
  return { attributes, data, dataDigest, trace };
}

const letters = fc.constantFrom(...Array.from("abcXYZ019"));
const named = (punctuation: string, most: number): fc.Arbitrary<string> =>
  fc
    .tuple(letters, fc.string({ unit: fc.oneof(letters, fc.constantFrom(...Array.from(punctuation))), maxLength: most - 1 }))
    .map((parts) => parts.join(""));
const name = named("._-", 200);
const id = named("._:-", 128);
const time = fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }).map((date) => date.toISOString());
const printable = fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).filter((text) => isAcceptable("actor", text));
const count = fc.integer({ min: 0, max: 255 });
const optional = { requiredKeys: ["id", "type", "time", "destination", "actor", "origin", "hop", "rootid", "generation"] } as const;
const attributes = fc
  .record(
    {
      id,
      type: name,
      time,
      destination: name,
      actor: printable,
      origin: fc.constantFrom("llm" as const, "service" as const, "operator" as const),
      hop: count,
      rootid: id,
      generation: count,
      tenant: named("-", 63),
      subject: printable,
      causationid: id,
      expirytime: time,
    },
    optional as { requiredKeys: [...(typeof optional)["requiredKeys"]] },
  )
  .map((some): Omit<Attributes, "keyid"> => ({ ...some, source: "notes", datacontenttype: "application/json" }));
const spaced = fc.constantFrom(undefined, 1, "\t");
const data = fc
  .tuple(fc.jsonValue({ maxDepth: 6 }), spaced)
  .map(([value, space]) => JSON.stringify(value, null, space))
  .filter((text) => !text.includes("__proto__"));
const keyId = fc.constantFrom("h", "e");

describe("sealing and opening", () => {
  test("what is sealed opens to what was sealed, for every envelope that may be", () => {
    fc.assert(
      fc.property(attributes, data, keyId, (some, json, by) => {
        expect(open(sealEnvelope(some, json, keyOf(by)), some.destination)).toEqual({
          attributes: { ...some, keyid: by },
          data: JSON.parse(json) as unknown,
          dataDigest: digestOf(json),
          trace: undefined,
        });
      }),
      { numRuns: 500 },
    );
  });

  test("[DST-04] and nowhere but at its destination", () => {
    fc.assert(
      fc.property(attributes, name, (some, elsewhere) => {
        fc.pre(elsewhere !== some.destination);
        expect(open(sealEnvelope(some, "{}", keyOf("h")), elsewhere)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe("the signing input", () => {
  test("[REP-05] can be read back into exactly its fields, so no two envelopes have one (ENV-11, ENV-12)", () => {
    const value = fc.option(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "-,", "0:,", "1:a,", "64:")), { nil: undefined });
    const fields = fc.array(value, { minLength: ATTRIBUTES.size, maxLength: ATTRIBUTES.size });
    fc.assert(
      fc.property(fields, fc.string({ unit: "binary" }), fc.constantFrom("hmac-sha256", "ed25519"), (values, digest, algorithm) => {
        const given = Object.fromEntries([...ATTRIBUTES.keys()].map((attribute, at) => [attribute, values[at]]));
        const input = signingInput(algorithm as Key["algorithm"], given as unknown as Attributes, digest);
        expect(fieldsOf(Buffer.from(input))).toEqual(["sallyport/1", algorithm, ...values, digest]);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The inverse of ENV-11. */
function fieldsOf(input: Buffer): (string | undefined)[] {
  const fields: (string | undefined)[] = [];
  for (let at = 0; at < input.length;) {
    if (input.toString("latin1", at, at + 2) === "-,") {
      fields.push(undefined);
      at += 2;
      continue;
    }
    const start = input.indexOf(":", at) + 1;
    const end = start + Number(input.toString("latin1", at, start - 1));
    expect(input[end]).toBe(0x2c);
    fields.push(input.toString("utf8", start, end));
    at = end + 1;
  }
  return fields;
}

describe("a changed envelope", () => {
  const sample: Omit<Attributes, "keyid"> = {
    id: "e1",
    source: "notes",
    type: "note.created",
    time: "2026-11-23T00:00:00.000Z",
    destination: "notes",
    actor: "ключ \\ 💌",
    origin: "llm",
    hop: 10,
    rootid: "e0",
    generation: 1,
    datacontenttype: "application/json",
    subject: "n1",
  };
  const trace = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "vendor=1" };
  /** Refused, or nothing that is signed is other than it was. */
  const holds = (bytes: Uint8Array, was: Outcome): boolean => {
    const now = open(bytes, was.attributes.destination);
    if (now === undefined) return true;
    return (
      JSON.stringify([now.attributes, now.data, now.dataDigest]) === JSON.stringify([was.attributes, was.data, was.dataDigest]) &&
      Object.keys(now.attributes).length === Object.keys(was.attributes).length
    );
  };

  test("[REP-05] each byte put for each byte of an envelope changes nothing that is signed", { timeout: 120_000 }, () => {
    const sealed = sealEnvelope(sample, '{"noteId":"n1", "n":[1e2,null]}', keyOf("h"), trace);
    const was = open(sealed, "notes") ?? expect.unreachable();
    let accepted = 0;
    const wrong: string[] = [];
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      for (let byte = 0; byte < 256; byte++) {
        if (byte === sealed[at]) continue;
        changed[at] = byte;
        if (!holds(changed, was)) wrong.push(`${at}: ${byte}`);
        if (at % 16 === 0 && open(changed, "notes") !== undefined) accepted++;
      }
    }
    expect(wrong).toEqual([]);
    // The trace context is outside the signature: were nothing accepted, the law would not be tried.
    expect(accepted).toBeGreaterThan(0);
  });

  test("[REP-05] bytes put in, taken out, moved and doubled, in any envelope, under either algorithm, change nothing that is signed", () => {
    const at = fc.nat();
    const edit = fc.oneof(
      fc.record({ kind: fc.constant("put in" as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
      fc.record({
        kind: fc.constant("put in" as const),
        at,
        bytes: fc.constantFrom(' "', ',"hop":0', "\\u0061", "{}", "[", " ", ',"data":1', "\u0000").map((text) => Buffer.from(text)),
      }),
      fc.record({ kind: fc.constant("taken out" as const), at, length: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant("doubled" as const), at, length: fc.integer({ min: 1, max: 40 }), to: at }),
    );
    fc.assert(
      fc.property(attributes, data, keyId, fc.array(edit, { minLength: 1, maxLength: 3 }), (some, json, by, edits) => {
        const sealed = sealEnvelope(some, json, keyOf(by), trace);
        const was = open(sealed, some.destination) ?? expect.unreachable();
        let bytes: Uint8Array = sealed;
        for (const one of edits) bytes = edited(bytes, one);
        return holds(bytes, was);
      }),
      { numRuns: 3000 },
    );
  });

  type Edit =
    | { readonly kind: "put in"; readonly at: number; readonly bytes: Uint8Array }
    | { readonly kind: "taken out"; readonly at: number; readonly length: number }
    | { readonly kind: "doubled"; readonly at: number; readonly length: number; readonly to: number };

  function edited(bytes: Uint8Array, edit: Edit): Buffer {
    const start = edit.at % (bytes.length + 1);
    if (edit.kind === "put in") return Buffer.concat([bytes.subarray(0, start), edit.bytes, bytes.subarray(start)]);
    const piece = bytes.subarray(start, start + edit.length);
    if (edit.kind === "taken out") return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + piece.length)]);
    const to = edit.to % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)]);
  }
});

describe("[PSN-04] growth (ENV-21)", () => {
  const within = (text: string): string => `{"specversion":"1.0","signature":"x","data":${text}}`;
  const members = (count_: number, key: (n: number) => string): string =>
    `{${Array.from({ length: count_ }, (_, n) => `"${key(n)}":${n}`).join(",")}}`;
  /** About as many bytes as told. */
  const hostile: readonly (readonly [string, (size: number) => string])[] = [
    ["opening brackets", (size) => "[".repeat(size)],
    ["braces that open members", (size) => '{"a":'.repeat(size / 5)],
    ["quotation marks", (size) => '"'.repeat(size)],
    ["backslashes in a string", (size) => `"${"\\".repeat(size)}`],
    ["colons", (size) => ":".repeat(size)],
    ["a string that does not end", (size) => `{"a":"${"x".repeat(size)}`],
    ["white space around data", (size) => within(" ".repeat(size / 2) + "0" + " ".repeat(size / 2))],
    ["nothing but white space as data", (size) => within(" ".repeat(size))],
    ["a long number", (size) => within("9".repeat(size))],
    ["many members", (size) => within(members(size / 12, (n) => `k${n}`))],
    ["many members named like indices", (size) => within(members(size / 12, (n) => String(n * 7919)))],
    ["one name again and again", (size) => within(members(size / 12, () => "a"))],
    ["many empty arrays", (size) => within(`[${"[],".repeat(size / 3)}0]`)],
    ["many short strings", (size) => within(`[${'"data",'.repeat(size / 7)}0]`)],
    ["data named data", (size) => within(`[${'{"data":0},'.repeat(size / 11)}0]`)],
    ["many attributes", (size) => members(size / 12, (n) => `a${n}`)],
    ["a long attribute", (size) => `{"signature":"x","data":0,"actor":"${"é".repeat(size / 2)}"}`],
    ["a long time", (size) => `{"signature":"x","data":0,"time":"${"0".repeat(size)}"}`],
    ["a long traceparent", (size) => `{"signature":"x","data":0,"traceparent":"00-${"0".repeat(size)}"}`],
  ];

  test.each(hostile)("%s: each byte is looked at three times at most", (_what, make) => {
    const bytes = Buffer.from(make(20_000));
    let reads = 0;
    const watched = new Proxy(bytes, {
      get: (target, property) => {
        if (typeof property === "string" && /^\d+$/.test(property)) reads++;
        return Reflect.get(target, property, target) as unknown;
      },
    });
    scanJson(watched, bounds.maxDepth);
    expect(reads).toBeLessThanOrEqual(3 * bytes.length + 100);
  });

  test("each object of what was parsed is asked for its members once", () => {
    let asked = 0;
    const watch = (value: unknown): unknown => {
      if (typeof value !== "object" || value === null) return value;
      const inner = Array.isArray(value)
        ? value.map(watch)
        : Object.fromEntries(Object.entries(value).map(([key, child]) => [key, watch(child)]));
      return new Proxy(inner, {
        ownKeys: (target) => {
          asked++;
          return Reflect.ownKeys(target);
        },
      });
    };
    const value = watch(JSON.parse(`[${'{"a":{"b":[{}]}},'.repeat(500)}0]`));
    expect(countMembers(value)).toBe(1000);
    expect(asked).toBe(1500);
  });

  test.each(hostile)("%s: eight times the bytes take far less than sixty-four times as long", { retry: 2 }, (_what, make) => {
    const roomy = { maxBytes: 16 * 1024 * 1024, maxDepth: 32 };
    const fastestMs = (bytes: Uint8Array): number => {
      let fastest = Number.POSITIVE_INFINITY;
      for (let run = 0; run < 3; run++) {
        const startMs = performance.now();
        parseEnvelope(bytes, roomy);
        fastest = Math.min(fastest, performance.now() - startMs);
      }
      return fastest;
    };
    const small = Buffer.from(make(50_000));
    const large = Buffer.from(make(400_000));
    // What is too short to be measured is taken for a tenth of a millisecond.
    expect(fastestMs(large) / Math.max(fastestMs(small), 0.1)).toBeLessThan(32);
  });
});

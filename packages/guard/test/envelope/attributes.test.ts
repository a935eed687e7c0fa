// What each attribute may look like. Every row is one that an honest sender could write, or a hostile one.
import { describe, expect, test } from "vitest";
import { ATTRIBUTES, type Attributes, MAX_GENERATION, MAX_HOP, type TraceContext } from "../../src/envelope/attributes.ts";
import { sealEnvelope } from "../../src/envelope/seal.ts";
import { KeyRing } from "../../src/envelope/keys.ts";
import { parseEnvelope, verifyEnvelope } from "../../src/envelope/open.ts";
import { digestOf, signingInput, tuple } from "../../src/envelope/signing-input.ts";
import { currentCause, withCause } from "../../src/envelope/causation.ts";

const accepts = (name: string, value: unknown): boolean => ATTRIBUTES.get(name as keyof Attributes)?.accepts(value) ?? expect.unreachable();
const NOT_TEXT = [undefined, null, 5, true, {}, ["a"]];
const ENDS = ["", "\n", " ", "\u0000"];

describe("[REP-05] an attribute", () => {
  test.each([...ATTRIBUTES.keys()])("%s is not what is of another type", (name) => {
    const wrong = name === "hop" || name === "generation" ? [undefined, null, "5", true, {}, [5]] : NOT_TEXT;
    expect(wrong.map((value) => accepts(name, value))).not.toContain(true);
  });

  test.each(["keyid", "source", "destination", "type"])(
    "%s is a name of at most 200 letters, digits, dots, dashes and underscores",
    (name) => {
      expect(["a", "0", "A.b_c-9", "a".repeat(200)].every((value) => accepts(name, value))).toBe(true);
      for (const value of [...ENDS, ".a", "-a", "_a", "a:b", "a/b", "a\n", "\na", "ä", "a".repeat(201)])
        expect(accepts(name, value), value).toBe(false);
    },
  );

  test.each(["id", "rootid", "causationid"])("%s is an id of at most 128, which may have colons", (name) => {
    expect(["a", "0", "a:b", "A.b_c-9", "a".repeat(128)].every((value) => accepts(name, value))).toBe(true);
    for (const value of [...ENDS, ":a", ".a", "a/b", "a\n", "\na", "a".repeat(129)]) expect(accepts(name, value), value).toBe(false);
  });

  test("tenant is an id of at most 63 without dots, so that it cannot make another destination", () => {
    expect(["a", "0", "A-9", "a".repeat(63)].every((value) => accepts("tenant", value))).toBe(true);
    for (const value of [...ENDS, "-a", "a.b", "a_b", "a\n", "\na", "a".repeat(64)]) expect(accepts("tenant", value), value).toBe(false);
  });

  test.each(["time", "expirytime"])("%s is written in the characters of a time", (name) => {
    expect(["2026-11-23T00:00:00Z", "2026-11-23T00:00:00.123456789+23:59"].every((value) => accepts(name, value))).toBe(true);
    for (const value of [
      ...ENDS,
      "2026-11-23T00:00:0Z",
      `2026-11-23T00:00:00Z\n`,
      "x2026-11-23T00:00:00Z",
      "0".repeat(36),
      "2026-11-23 00:00:00Z",
    ])
      expect(accepts(name, value), value).toBe(false);
  });

  test.each(["actor", "subject"])("%s is any text of 1 to 256 that cannot break a line or a log", (name) => {
    expect(["a", "Zoë, <b>", "a".repeat(256), "\u{1f600}"].every((value) => accepts(name, value))).toBe(true);
    for (const value of ["", "a\nb", "\u007f", "\u0085", "\u2028", "\u2029", "\ud800", "a".repeat(257)])
      expect(accepts(name, value), JSON.stringify(value)).toBe(false);
  });

  test("origin is one of three", () => {
    expect(["llm", "service", "operator"].every((value) => accepts("origin", value))).toBe(true);
    for (const value of ["", "LLM", "llm ", " llm", "user", "xservice", "operators"]) expect(accepts("origin", value), value).toBe(false);
  });

  test("datacontenttype is JSON", () => {
    expect(accepts("datacontenttype", "application/json")).toBe(true);
    for (const value of ["text/json", "xapplication/json", "application/json; charset=utf-8"])
      expect(accepts("datacontenttype", value)).toBe(false);
  });

  test.each([
    ["hop", MAX_HOP],
    ["generation", MAX_GENERATION],
  ])("%s is a whole number from 0 to its greatest", (name, most) => {
    expect([0, 1, most].every((value) => accepts(name, value))).toBe(true);
    for (const value of [-1, -0, 0.5, most + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(accepts(name, value), String(value)).toBe(false);
  });

  test("is required, but for these", () => {
    const optional = [...ATTRIBUTES].filter(([, { required }]) => !required).map(([name]) => name);
    expect(optional).toEqual(["expirytime", "tenant", "subject", "causationid"]);
  });
});

const attributes: Attributes = {
  keyid: "h1",
  source: "notes",
  destination: "notes",
  type: "note.created",
  id: "e1",
  time: "2026-11-23T00:00:00.000Z",
  actor: "Zoë",
  origin: "llm",
  hop: 0,
  rootid: "r1",
  generation: 0,
  datacontenttype: "application/json",
};

test("[REP-05] what is signed is what the format says, byte by byte", () => {
  const fields = ["2:h1", "5:notes", "5:notes", "12:note.created", "2:e1", "24:2026-11-23T00:00:00.000Z"];
  const rest = ["4:Zoë", "3:llm", "-", "1:0", "2:r1", "-", "1:0", "16:application/json", "1:d"];
  const expected = ["11:sallyport/1", "11:hmac-sha256", ...fields, "-", "-", ...rest].map((field) => `${field},`).join("");
  expect(signingInput("hmac-sha256", attributes, "d")).toBe(expected);
});

test("a sealed envelope is CloudEvents 1.0 in structured mode, with the data's bytes as they were given", () => {
  const key = new KeyRing([{ id: "h1", algorithm: "hmac-sha256", issuer: "notes", secret: Buffer.alloc(32, 7).toString("base64") }]).get(
    "h1",
  );
  if (key === undefined) return expect.unreachable("no key");
  const { keyid: _keyid, ...unsigned } = attributes;
  const sealed = sealEnvelope(unsigned, '{ "a" : 1 }', key).toString();
  const signature = key.sign(signingInput("hmac-sha256", attributes, digestOf('{ "a" : 1 }')));
  expect(sealed.endsWith(`,"signature":"${signature}","data":{ "a" : 1 }}`)).toBe(true);
  expect(JSON.parse(sealed)).toEqual({ specversion: "1.0", ...attributes, signature, data: { a: 1 } });
});

test("[REP-11] a tuple has its fields' lengths in bytes, and an absent field is not an empty one", () => {
  expect(tuple("ä", 5, undefined, "")).toBe("2:ä,1:5,-,0:,");
});

test("a digest is SHA-256 in lower-case hexadecimal, of text as of its bytes", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect([digestOf("abc"), digestOf(Buffer.from("abc"))]).toEqual([abc, abc]);
});

test("[PUB-14] the cause is known while its handler runs, and to nobody else", async () => {
  const cause = { eventId: "e1", rootId: "r1", hop: 1 };
  const seen = await withCause(cause, async () => {
    await Promise.resolve();
    return currentCause();
  });
  expect([seen, currentCause()]).toEqual([cause, undefined]);
});

describe("the trace context", () => {
  const spec = { id: "h1", algorithm: "hmac-sha256", issuer: "notes", secret: Buffer.alloc(32, 7).toString("base64") } as const;
  const ring = new KeyRing([spec]);
  const traceOf = (bytes: Uint8Array): unknown => {
    const parsed = parseEnvelope(bytes, { maxBytes: 10_000, maxDepth: 9 });
    const opened = parsed.ok ? verifyEnvelope(parsed.value, "notes", ring) : parsed;
    return opened.ok ? opened.value.trace : expect.unreachable(opened.code);
  };
  const seal = (trace?: TraceContext): Buffer => sealEnvelope(attributes, "{}", ring.get("h1") ?? expect.unreachable(), trace);

  const traceparent = `00-${"a1".repeat(16)}-${"b2".repeat(8)}-01`;
  const tracestates = ["a", " !~", "x".repeat(512)];
  test.each<[TraceContext | undefined]>([
    [undefined],
    [{ traceparent }],
    [{ traceparent: `00-${"0".repeat(31)}1-${"0".repeat(15)}1-00` }],
    ...tracestates.map((tracestate): [TraceContext] => [{ traceparent, tracestate }]),
  ])("that travels as %j arrives as that", (trace) => {
    expect(traceOf(seal(trace))).toStrictEqual(trace);
    expect(JSON.parse(seal(trace).toString())).toMatchObject({ ...trace, data: {} });
  });

  test("[REP-05] is not signed: whoever changes it changes nothing else", () => {
    const { signature, ...rest } = JSON.parse(seal().toString()) as Record<string, unknown>;
    expect(JSON.parse(seal({ traceparent, tracestate: "b" }).toString())).toMatchObject({ ...rest, signature });
  });

  const zeros = { trace: `00-${"0".repeat(32)}-${"b2".repeat(8)}-01`, span: `00-${"a1".repeat(16)}-${"0".repeat(16)}-01` };
  const others = [
    "",
    `x${traceparent}`,
    `${traceparent}x`,
    traceparent.toUpperCase(),
    traceparent.replace("00-", "01-"),
    zeros.trace,
    zeros.span,
  ];
  test.each<[string | undefined, string | undefined, TraceContext | undefined]>([
    ...others.map((other): [string, undefined, undefined] => [other, undefined, undefined]),
    [undefined, "b", undefined],
    [traceparent, "", { traceparent }],
    [traceparent, "b\n", { traceparent }],
    [traceparent, "\u001f", { traceparent }],
    [traceparent, "\u007f", { traceparent }],
    [traceparent, "x".repeat(513), { traceparent }],
  ])("that is written as %j, %j is what of it has its shape, and no reason to refuse", (parent, state, trace) => {
    const written = JSON.stringify({ traceparent: parent, tracestate: state }).slice(1, -1);
    expect(traceOf(Buffer.from(seal().toString().replace(',"signature"', `,${written},"signature"`)))).toStrictEqual(trace);
  });

  test.each(["traceparent", "tracestate"])("[PSN-04] whose %s is no text is malformed", (name) => {
    const parsed = parseEnvelope(Buffer.from(seal().toString().replace(',"signature"', `,"${name}":5,"signature"`)), {
      maxBytes: 10_000,
      maxDepth: 9,
    });
    expect(parsed).toEqual({ ok: false, code: "ERR_ENVELOPE_MALFORMED" });
  });
});

// docs/envelope.md says what the code does: its table of attributes, its example, and what senders and key rings must refuse.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { CloudEvent, HTTP } from "cloudevents";
import { describe, expect, test } from "vitest";
import { type Attributes, ATTRIBUTES, UNSIGNED } from "../../src/envelope/attributes.ts";
import { parseKeys } from "../../src/envelope/key-sources.ts";
import { KeyRing, type KeySpec } from "../../src/envelope/keys.ts";
import { parseEnvelope, verifyEnvelope } from "../../src/envelope/open.ts";
import { sealEnvelope } from "../../src/envelope/seal.ts";
import { digestOf, signingInput, tuple } from "../../src/envelope/signing-input.ts";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/envelope.md"), "utf8");
const example = (name: string): string => {
  const block = new RegExp(`\`\`\`text example=${name}\\n([^]*?)\\n\`\`\``).exec(document)?.[1];
  if (block === undefined) throw new Error(`docs/envelope.md has no example ${name}`);
  return block;
};
const bounds = { maxBytes: 256 * 1024, maxDepth: 32 };
const keys = parseKeys(`[${example("key")}]`, "the example");
const keyOf = (ring: KeyRing, id: string) => ring.get(id) ?? expect.unreachable();

const attributes: Omit<Attributes, "keyid"> = {
  id: "e1",
  source: "notes",
  type: "note.created",
  time: "2026-11-23T00:00:00.000Z",
  destination: "notes.acme",
  actor: "alice",
  origin: "llm",
  hop: 0,
  rootid: "e1",
  generation: 0,
  datacontenttype: "application/json",
  tenant: "acme",
  subject: "n1",
};

describe("the table of attributes (ENV-2, ENV-3, ENV-12)", () => {
  const rows = [...document.matchAll(/^\| `(\w+)` +\| (.+?) +\| (yes|no) +\| (.+?) +\| (yes|no|digest) +\|$/gm)];
  const signed = rows.filter(([, , , , , covered]) => covered === "yes");
  const unsigned = rows.filter(([, , , , , covered]) => covered !== "yes");

  test("has the signed attributes in signing order, and says which are required", () => {
    expect(signed.map(([, name, , required]) => [name, required === "yes"])).toEqual(
      [...ATTRIBUTES].map(([name, shape]) => [name, shape.required]),
    );
  });

  test("has everything else that an envelope may have", () => {
    expect(unsigned.map(([, name, , required]) => [name, required === "yes"])).toEqual(
      [...UNSIGNED].map(([name, shape]) => [name, shape.required]),
    );
  });

  test("names attributes as CloudEvents does: lower-case letters and digits, at most 20", () => {
    const names = rows.map(([, name = ""]) => name);
    expect(names.filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
    const core = new Set(["specversion", "id", "source", "type", "time", "subject", "datacontenttype"]);
    expect(names).toHaveLength(ATTRIBUTES.size + UNSIGNED.size);
    expect(rows.filter(([, name = "", kind]) => core.has(name) !== (kind === "core"))).toEqual([]);
  });
});

describe("the example (ENV-10 to ENV-14)", () => {
  test("is what is sealed, byte by byte", () => {
    expect(sealEnvelope(attributes, example("data"), keyOf(keys, "k1")).toString()).toBe(example("envelope"));
    expect(example("envelope")).toContain(`"signature":"${example("signature")}"`);
  });

  test("shows the signing input, and its bytes", () => {
    const input = signingInput("hmac-sha256", { ...attributes, keyid: "k1" }, digestOf(example("data")));
    expect(example("fields").replaceAll("\n", "")).toBe(input);
    expect(Buffer.from(input).toString("hex")).toMatch(new RegExp(`^${example("hex").replaceAll(" ", "")}`));
    expect(keyOf(keys, "k1").sign(input)).toBe(example("signature"));
  });

  test("is accepted where it was signed for", () => {
    const parsed = parseEnvelope(Buffer.from(example("envelope")), bounds);
    expect(parsed.ok && verifyEnvelope(parsed.value, "notes.acme", keys)).toMatchObject({ ok: true });
  });
});

describe("sealing", () => {
  const bad: readonly [keyof Attributes, unknown][] = [
    ["id", ""],
    ["source", undefined],
    ["destination", "a/b"],
    ["type", "x".repeat(201)],
    ["time", "2026-02-30T00:00:00Z"],
    ["time", "soon"],
    ["expirytime", "2026-02-30T00:00:00Z"],
    ["tenant", "a.b"],
    ["actor", "a\nb"],
    ["origin", "admin"],
    ["subject", ""],
    ["hop", 256],
    ["hop", -0],
    ["rootid", 7],
    ["causationid", " "],
    ["generation", 1.5],
    ["datacontenttype", "text/html"],
  ];
  test.each(bad)("what receivers refuse is not sealed: %s = %j (ENV-2, ENV-5, ENV-6, ENV-7)", (name, value) => {
    const seal = (): unknown => sealEnvelope({ ...attributes, [name]: value } as typeof attributes, "{}", keyOf(keys, "k1"));
    const told = { message: expect.stringContaining("every receiver would refuse"), remedy: expect.stringContaining("docs/envelope.md") };
    expect(seal).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID", place: `envelope attribute "${name}"`, ...told }));
  });

  test("a trace context that is none is left out, and the event sealed (ENV-9)", () => {
    const sealed = (traceparent: unknown, tracestate?: unknown): Record<string, unknown> => {
      const trace = { traceparent, tracestate } as { traceparent: string };
      return JSON.parse(sealEnvelope(attributes, "{}", keyOf(keys, "k1"), trace).toString()) as Record<string, unknown>;
    };
    const good = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    expect(sealed(good, 'v="1"')).toMatchObject({ traceparent: good, tracestate: 'v="1"' });
    for (const state of ["", "é", "x".repeat(513), 7]) expect(sealed(good, state)).not.toHaveProperty("tracestate");
    for (const parent of ["", "hello", `${good}"`, 7, undefined, good.replace("00-", "01-")]) {
      expect(sealed(parent, "v=1")).not.toHaveProperty("traceparent");
      expect(sealed(parent, "v=1")).not.toHaveProperty("tracestate");
    }
  });

  test("data is the last member, as the bytes that were digested, null included (ENV-8)", () => {
    for (const data of ["null", '{ "a" : 1 }']) {
      expect(sealEnvelope(attributes, data, keyOf(keys, "k1")).toString()).toMatch(
        new RegExp(`,"data":${data.replaceAll(/[{}]/g, "\\$&")}}$`),
      );
    }
  });
});

describe("key rings", () => {
  const pem = (key: KeyObject): string => key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }).toString();
  const [one, other] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  const hmac: KeySpec = { id: "k", algorithm: "hmac-sha256", issuer: "notes", secret: Buffer.alloc(32, 0xfb).toString("base64") };
  const curve: KeySpec = { id: "k", algorithm: "ed25519", issuer: "notes" };

  test.each<readonly [string, KeySpec]>([
    ["a secret that is a passphrase", { ...hmac, secret: "correct horse battery staple, and then some more words" }],
    ["a secret in base64url", { ...hmac, secret: Buffer.alloc(32, 0xfb).toString("base64url") }],
    ["a secret with a line break", { ...hmac, secret: `${hmac.secret}\n` }],
    ["a public half of another key", { ...curve, privateKey: pem(one.privateKey), publicKey: pem(other.publicKey) }],
    ["no half at all", curve],
    ["a time without an offset", { ...hmac, notAfter: "2026-11-23T00:00:00" }],
    ["a time that JavaScript alone reads", { ...hmac, notBefore: "Nov 23 2026" }],
    ["a day that does not exist", { ...hmac, notBefore: "2026-02-30T00:00:00Z" }],
  ])("[OPS-05] a ring with %s is refused at start (ENV-51, ENV-52)", (_what, spec) => {
    expect(() => new KeyRing([spec])).toThrow(expect.objectContaining({ code: "ERR_CONFIG_KEY_INVALID" }));
  });

  test("two keys of one id are refused at start (ENV-50)", () => {
    expect(() => new KeyRing([hmac, { ...hmac, issuer: "billing" }])).toThrow(expect.objectContaining({ code: "ERR_CONFIG_KEY_INVALID" }));
  });

  test("both halves of one key are taken (ENV-51)", () => {
    const ring = new KeyRing([{ ...curve, privateKey: pem(one.privateKey), publicKey: pem(one.publicKey) }]);
    expect(keyOf(ring, "k").verify("x", keyOf(ring, "k").sign("x"))).toBe(true);
  });

  test("the last listed of the usable keys of the issuer signs, and none other (ENV-4, ENV-53, ENV-54)", () => {
    const ring = new KeyRing([
      { ...hmac, id: "old" },
      { ...hmac, id: "new", notBefore: "2026-11-23T00:00:00Z" },
      { ...hmac, id: "other", issuer: "billing" },
      { ...curve, id: "public", publicKey: pem(one.publicKey) },
    ]);
    const startMs = Date.UTC(2026, 10, 23);
    expect([ring.signingKey("notes", startMs - 1).id, ring.signingKey("notes", startMs).id]).toEqual(["old", "new"]);
    expect(() => ring.signingKey("nobody", startMs)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_KEY_INVALID" }));
  });

  test("[OPS-05] what is thrown about a key does not quote it (ENV-55)", () => {
    const secret = "not base64 but still a secret of someone, and long";
    expect(() => new KeyRing([{ ...hmac, secret }])).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) as string }),
    );
  });

  test("nothing else that the keys sign begins as an envelope does (ENV-56)", () => {
    const begins = (text: string): string => text.slice(0, text.indexOf(",") + 1);
    const envelopes = begins(signingInput("hmac-sha256", { ...attributes, keyid: "k1" }, "d"));
    expect(envelopes).toBe("11:sallyport/1,");
    expect(begins(tuple("sallyport/approval/1", "x"))).not.toBe(envelopes);
  });

  test("[REP-05] members that claim an algorithm, a key or a place decide nothing: there is no room for them (ENV-60)", () => {
    const text = sealEnvelope(attributes, "{}", keyOf(keys, "k1")).toString();
    for (const name of ["alg", "algorithm", "jwk", "jku", "kid", "foundon", "enqueuedat", "attempt", "maxbytes"]) {
      expect(parseEnvelope(Buffer.from(text.replace(',"data":', `,"${name}":"none","data":`)), bounds)).toEqual({
        ok: false,
        code: "ERR_ENVELOPE_MALFORMED",
      });
    }
  });
});

describe("a stock CloudEvents SDK (ENV-1)", () => {
  test("reads a sealed envelope in structured mode: the same attributes, the same data", () => {
    const all = { ...attributes, causationid: "c1", expirytime: "2026-11-24T00:00:00.000Z" };
    const data = { noteId: "n1", text: "héllo 💌", list: [1, null, { a: true }] };
    const trace = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "vendor=1" };
    const body = sealEnvelope(all, JSON.stringify(data), keyOf(keys, "k1"), trace).toString();
    const read = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body });
    if (Array.isArray(read)) throw new Error("a batch");
    expect(read).toBeInstanceOf(CloudEvent);
    expect((read as CloudEvent<unknown>).validate()).toBe(true);
    const { signature } = JSON.parse(body) as { signature: string };
    expect(JSON.parse(JSON.stringify(read))).toEqual({ specversion: "1.0", ...all, ...trace, keyid: "k1", signature, data });
  });

  test("what it writes again opens again, when it writes the data in the same bytes", () => {
    const body = sealEnvelope(attributes, '{"noteId":"n1"}', keyOf(keys, "k1")).toString();
    const read = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body }) as CloudEvent<unknown>;
    const parsed = parseEnvelope(Buffer.from(HTTP.structured(read).body as string), bounds);
    expect(parsed.ok && verifyEnvelope(parsed.value, "notes.acme", keys)).toMatchObject({ ok: true });
  });
});

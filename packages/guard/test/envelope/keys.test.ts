// What a key is good for, and which are refused at start, with words that help and secrets that stay.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Key, KeyRing, type KeySpec } from "../../src/envelope/keys.ts";
import type { SallyportError } from "../../src/index.ts";

const pem = (of: "ed25519" | "x25519"): { privateKey: string; publicKey: string } => {
  const pair = of === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("x25519");
  return {
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
};
const pair = pem("ed25519");
const SECRET = Buffer.alloc(32, 7).toString("base64");
const hmac: KeySpec = { id: "h1", algorithm: "hmac-sha256", issuer: "notes", secret: SECRET };
const ed25519: KeySpec = { id: "e1", algorithm: "ed25519", issuer: "notes", privateKey: pair.privateKey };
const open = (spec: KeySpec): Key => new KeyRing([spec]).get(spec.id) ?? expect.unreachable("no key");

/** What it was refused with. */
const refusalOf = (attempt: () => unknown): SallyportError => {
  try {
    attempt();
  } catch (error) {
    return error as SallyportError;
  }
  return expect.unreachable("it was accepted");
};

describe("a key", () => {
  test("says what it is, and its ring knows no other by that name", () => {
    const ring = new KeyRing([hmac, ed25519]);
    expect(ring.get("h1")).toMatchObject({ id: "h1", algorithm: "hmac-sha256", issuer: "notes", canSign: true });
    expect(ring.get("e1")).toMatchObject({ id: "e1", algorithm: "ed25519", issuer: "notes", canSign: true });
    expect([ring.get("h2"), ring.get("toString")]).toEqual([undefined, undefined]);
    expect(JSON.parse(JSON.stringify(ring))).toEqual({ keys: ["h1", "e1"] });
  });

  test("may be used from notBefore to notAfter, both included, and always where they are not given", () => {
    const notBefore = "2026-11-23T00:00:00Z";
    const notAfter = "2026-11-24T00:00:00Z";
    const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
    const uses = (spec: KeySpec): boolean[] => [0, from - 1, from, to, to + 1, 9e15].map((at) => open(spec).mayBeUsedAt(at));
    expect(uses({ ...hmac, notBefore, notAfter })).toEqual([false, false, true, true, false, false]);
    expect(uses({ ...hmac, notBefore })).toEqual([false, false, true, true, true, true]);
    expect(uses({ ...hmac, notAfter })).toEqual([true, true, true, true, false, false]);
    expect(uses(hmac)).toEqual([true, true, true, true, true, true]);
  });

  test("[REP-05] may send what it lists, where it lists it, and everything where it lists nothing", () => {
    const reach = (change: Partial<KeySpec>): boolean[] =>
      [
        ["d", "t"],
        ["d", "x"],
        ["x", "t"],
        ["x", "x"],
      ].map(([destination = "", type = ""]) => open({ ...hmac, ...change }).maySend(destination, type));
    expect(reach({})).toEqual([true, true, true, true]);
    expect(reach({ destinations: ["d"] })).toEqual([true, true, false, false]);
    expect(reach({ types: ["t"] })).toEqual([true, false, true, false]);
    expect(reach({ destinations: ["d"], types: ["t"] })).toEqual([true, false, false, false]);
    expect(reach({ destinations: [] })).toEqual([false, false, false, false]);
  });

  test.each([hmac, ed25519])("of $algorithm verifies what it signed, and no other input, signature or spelling", (spec) => {
    const key = open(spec);
    const signature = key.sign("input");
    expect(key.verify("input", signature)).toBe(true);
    const others = [
      "",
      signature.slice(0, -1),
      `${signature}=`,
      `${signature}A`,
      signature.toUpperCase(),
      key.sign("other"),
      key.sign("other").slice(2),
    ];
    expect([key.verify("inpux", signature), ...others.map((other) => key.verify("input", other))]).not.toContain(true);
  });

  test("[REP-05] of one algorithm does not verify the other's signature", () => {
    expect(open(hmac).verify("input", open(ed25519).sign("input"))).toBe(false);
    expect(open(ed25519).verify("input", open(hmac).sign("input"))).toBe(false);
  });

  test("[REP-05] that is public verifies and cannot sign", () => {
    const key = open({ id: "e1", algorithm: "ed25519", issuer: "notes", publicKey: pair.publicKey });
    expect(key.canSign).toBe(false);
    expect(key.verify("input", open(ed25519).sign("input"))).toBe(true);
    expect(refusalOf(() => key.sign("input"))).toMatchObject({
      code: "ERR_CONFIG_KEY_INVALID",
      place: 'key "e1"',
      remedy: expect.stringContaining("privateKey"),
      message: expect.stringMatching(/^it can verify/),
    });
  });

  test("given both halves takes them when they belong together, and refuses them otherwise", () => {
    const both = pem("ed25519");
    const key = open({ ...ed25519, ...both });
    expect(key.verify("input", key.sign("input"))).toBe(true);
    const mixed = { ...ed25519, privateKey: both.privateKey, publicKey: pem("ed25519").publicKey };
    expect(refusalOf(() => open(mixed))).toMatchObject({
      code: "ERR_CONFIG_KEY_INVALID",
      remedy: expect.stringContaining("belong together"),
      message: expect.stringMatching(/^its publicKey is not that/),
    });
  });
});

test("a secret that is no base64 is refused with words that say so", () => {
  expect(refusalOf(() => open({ ...hmac, secret: "correct horse battery staple, ".repeat(3) }))).toMatchObject({
    code: "ERR_CONFIG_KEY_INVALID",
    remedy: expect.stringContaining("openssl rand"),
    message: expect.stringMatching(/^its secret is not base64/),
  });
});

describe("the signing key", () => {
  const signer = (specs: readonly KeySpec[], issuer = "notes"): string => new KeyRing(specs).signingKey(issuer, 1000).id;

  test("is the last that can sign for the issuer now", () => {
    const others: KeySpec[] = [
      { ...hmac, id: "later", notBefore: "2026-01-01T00:00:00Z" },
      { ...hmac, id: "theirs", issuer: "others" },
      { id: "public", algorithm: "ed25519", issuer: "notes", publicKey: pair.publicKey },
    ];
    expect(signer([hmac, { ...hmac, id: "h2" }, ...others])).toBe("h2");
    expect(signer(others, "others")).toBe("theirs");
  });

  test("is missed with words that name the issuer and what to do", () => {
    const refusal = refusalOf(() => signer([], "notes"));
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", remedy: expect.stringContaining("issuer") });
    expect(refusal.message).toContain('"notes"');
  });
});

describe("refused at start, with place and remedy:", () => {
  const x25519 = pem("x25519");
  test.each<[string, object, RegExp, RegExp]>([
    ["an id that is none", { id: "a b" }, /id/, /letters/],
    ["an id that begins with a dot", { id: ".a" }, /id/, /letters/],
    ["an id that ends in a line break", { id: "a\n" }, /id/, /letters/],
    ["an id of 201 letters", { id: "a".repeat(201) }, /id/, /letters/],
    ["an id that is no text", { id: 5 }, /id/, /letters/],
    ["an unknown member", { sekret: "x" }, /"sekret"/, /\bsecret, privateKey, .*notAfter/],
    ["no issuer", { issuer: "" }, /issuer/, /\w/],
    ["an issuer that is no text", { issuer: 5 }, /issuer/, /\w/],
    ["an unknown algorithm", { algorithm: "none" }, /"none"/, /hmac-sha256 or ed25519/],
    ["a beginning that is no time", { notBefore: "soon" }, /notBefore/, /\d{4}-\d\d/],
    ["an end that is no time", { notAfter: "" }, /notAfter/, /\d{4}-\d\d/],
    ["an Ed25519 key without material", { algorithm: "ed25519" }, /Ed25519/, /openssl/],
    ["an Ed25519 key that is text", { algorithm: "ed25519", privateKey: "SECRETPEM" }, /Ed25519/, /openssl/],
    ["a public key that is text", { algorithm: "ed25519", publicKey: "SECRETPEM" }, /Ed25519/, /openssl/],
    [
      "a private key of another kind",
      { algorithm: "ed25519", privateKey: x25519.privateKey, publicKey: pair.publicKey },
      /Ed25519/,
      /openssl/,
    ],
    ["a public key of another kind", { algorithm: "ed25519", publicKey: x25519.publicKey }, /Ed25519/, /openssl/],
  ])("%s", (_what, change, message, remedy) => {
    const spec = { ...hmac, ...change } as KeySpec;
    const refusal = refusalOf(() => new KeyRing([spec]));
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", place: `key "${String(spec.id)}"` });
    expect(refusal.message).toMatch(message);
    expect(refusal.remedy).toMatch(remedy);
    expect(refusal.message).not.toMatch(/SECRETPEM|PRIVATE KEY/);
    expect(refusal.message).not.toContain(SECRET);
  });

  test("two keys with one id", () => {
    const refusal = refusalOf(() => new KeyRing([hmac, hmac]));
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", place: 'key "h1"', remedy: expect.stringMatching(/\w/) });
    expect(refusal.message).toMatch(/two keys/);
  });

  test("[OPS-05] a secret of 31 bytes, by its length and not by itself; one of 32 is taken", () => {
    const secret = Buffer.alloc(31, 7).toString("base64");
    const refusal = refusalOf(() => open({ ...hmac, secret }));
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_SHORT", place: 'key "h1"', remedy: expect.stringMatching(/32.*openssl/) });
    expect(refusal.message).toMatch(/31 bytes.*"h1"/);
    expect(refusal.message).not.toContain(secret);
    expect(open({ ...hmac, secret: Buffer.alloc(32).toString("base64") }).canSign).toBe(true);
  });

  test("no secret at all", () => {
    const { secret: _secret, ...spec } = hmac;
    expect(refusalOf(() => open(spec))).toMatchObject({ code: "ERR_CONFIG_KEY_SHORT", message: expect.stringContaining(" 0 bytes") });
  });

  test.each(["a", "a".repeat(200), "A.b_c-9", "0"])("but not the id %s", (id) => expect(open({ ...hmac, id }).id).toBe(id));
});

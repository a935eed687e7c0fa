// What an attacker can do to the bytes of an honest envelope: change, move, strip, double, confuse.
import { generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attributes } from "../../src/envelope/attributes.ts";
import { freshnessOf } from "../../src/envelope/freshness.ts";
import { KeyRing, type KeySpec } from "../../src/envelope/keys.ts";
import { parseEnvelope, verifyEnvelope } from "../../src/envelope/open.ts";
import { sealEnvelope } from "../../src/envelope/seal.ts";
import { signingInput } from "../../src/envelope/signing-input.ts";
import { parseTime } from "../../src/envelope/time.ts";

const SECRET = Buffer.alloc(32, 7).toString("base64");
const pair = generateKeyPairSync("ed25519");
const specs: Record<"hmac" | "ed25519", KeySpec> = {
  hmac: { id: "h1", algorithm: "hmac-sha256", issuer: "notes", secret: SECRET },
  ed25519: {
    id: "e1",
    algorithm: "ed25519",
    issuer: "notes",
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  },
};
const ring = new KeyRing([specs.hmac, specs.ed25519]);
const bounds = { maxBytes: 256 * 1024, maxDepth: 32 };
const attributes: Omit<Attributes, "keyid"> = {
  id: "e1",
  source: "notes",
  type: "note.created",
  time: "2026-11-23T00:00:00.000Z",
  destination: "notes",
  actor: "alice",
  origin: "llm",
  hop: 0,
  rootid: "e1",
  generation: 0,
  datacontenttype: "application/json",
  tenant: "acme",
  subject: "n1",
  causationid: "c1",
  expirytime: "2026-11-24T00:00:00Z",
};
const DATA = '{"noteId":"n1","text":"data: \\"data\\": {}"}';
const seal = (change: Partial<typeof attributes> = {}, data = DATA, keyId = "h1"): Buffer => {
  const key = ring.get(keyId);
  if (key === undefined) throw new Error("no key");
  return sealEnvelope({ ...attributes, ...change }, data, key);
};

function open(bytes: Uint8Array, foundOn = "notes", keys = ring): { code: string } | { attributes: Attributes; data: unknown } {
  const parsed = parseEnvelope(bytes, bounds);
  if (!parsed.ok) return { code: parsed.code };
  const verified = verifyEnvelope(parsed.value, foundOn, keys);
  return verified.ok ? { attributes: verified.value.attributes, data: verified.value.data } : { code: verified.code };
}

const edited = (edit: (envelope: Record<string, unknown>) => void): Buffer => {
  const envelope = JSON.parse(seal().toString()) as Record<string, unknown>;
  edit(envelope);
  return Buffer.from(JSON.stringify(envelope));
};

describe("the signature", () => {
  test.each(["h1", "e1"])("what was sealed with %s opens to what was sealed", (keyId) => {
    expect(open(seal({}, DATA, keyId))).toEqual({ attributes: { ...attributes, keyid: keyId }, data: JSON.parse(DATA) });
  });

  test("[REP-05] no single changed bit of an envelope is accepted", () => {
    const sealed = seal();
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(changed), `bit ${bit}`).toHaveProperty("code");
    }
  });

  const others: Record<string, unknown> = {
    id: "e2",
    source: "others",
    type: "note.removed",
    time: "2026-11-23T00:00:01Z",
    destination: "admin",
    actor: "root",
    origin: "operator",
    hop: 1,
    rootid: "e2",
    generation: 1,
    tenant: "evil",
    subject: "n2",
    causationid: "c2",
    expirytime: "2027-11-24T00:00:00Z",
    keyid: "e1",
    datacontenttype: "text/html",
    data: { noteId: "n2", text: "" },
  };
  test.each(Object.entries(others))("[REP-05] %s is under the signature", (name, value) => {
    expect(
      open(
        edited((envelope) => (envelope[name] = value)),
        name === "destination" ? "admin" : "notes",
      ),
    ).toHaveProperty("code");
  });

  test.each(["actor", "origin"])("[PUB-12] %s says who and what produced it, and cannot be changed on the way", (name) => {
    expect(open(edited((envelope) => (envelope[name] = others[name])))).toEqual({ code: "ERR_ENVELOPE_SIGNATURE" });
  });

  test.each(["tenant", "subject", "causationid", "expirytime"])("[REP-05] %s cannot be taken out, nor left empty", (name) => {
    expect(open(edited((envelope) => delete envelope[name]))).toEqual({ code: "ERR_ENVELOPE_SIGNATURE" });
    expect(open(edited((envelope) => (envelope[name] = "")))).toHaveProperty("code");
  });

  test.each([
    ["stripped", (envelope: Record<string, unknown>) => delete envelope["signature"], "ERR_ENVELOPE_UNSIGNED"],
    ["empty", (envelope: Record<string, unknown>) => (envelope["signature"] = ""), "ERR_ENVELOPE_SIGNATURE"],
    [
      "padded",
      (envelope: Record<string, unknown>) => (envelope["signature"] = `${String(envelope["signature"])}=`),
      "ERR_ENVELOPE_SIGNATURE",
    ],
    ["a list", (envelope: Record<string, unknown>) => (envelope["signature"] = [envelope["signature"]]), "ERR_ENVELOPE_MALFORMED"],
    ["of an unknown key", (envelope: Record<string, unknown>) => (envelope["keyid"] = "nobody"), "ERR_ENVELOPE_KEY_UNKNOWN"],
    [
      "of a key named like a property of objects",
      (envelope: Record<string, unknown>) => (envelope["keyid"] = "constructor"),
      "ERR_ENVELOPE_KEY_UNKNOWN",
    ],
  ])("[REP-05] a signature that is %s is refused", (_what, edit, code) => {
    expect(open(edited(edit))).toEqual({ code });
  });

  test("[DST-04] an envelope is refused anywhere but where it was signed for", () => {
    expect(open(seal(), "admin")).toEqual({ code: "ERR_POLICY_DESTINATION" });
  });

  test("[DST-04] an envelope cannot be moved by writing the other destination into it", () => {
    const moved = edited((envelope) => (envelope["destination"] = "admin"));
    expect(open(moved, "admin")).toEqual({ code: "ERR_ENVELOPE_SIGNATURE" });
  });

  test("[REP-05] no two tuples of attributes encode alike", () => {
    const value = fc.oneof(fc.constant(undefined), fc.string({ maxLength: 6 }), fc.constantFrom("-,", "1:a,", "0:,", ""));
    const tuples = fc.record({ tenant: value, subject: value, actor: value, id: value });
    fc.assert(
      fc.property(tuples, tuples, (one, other) => {
        const encode = (fields: typeof one): string =>
          signingInput("hmac-sha256", { ...attributes, keyid: "h1", ...fields } as Attributes, "d");
        const same = JSON.stringify(one, keepAbsent) === JSON.stringify(other, keepAbsent);
        return same === (encode(one) === encode(other));
      }),
      { numRuns: 2000 },
    );
  });
});

const keepAbsent = (_key: string, value: unknown): unknown => (value === undefined ? { absent: true } : value);

describe("keys", () => {
  test.each([
    ["its issuer is another", { issuer: "others" }],
    ["it was not yet valid at the signed time", { notBefore: "2026-11-23T00:00:01Z" }],
    ["it was no longer valid at the signed time", { notAfter: "2026-11-22T23:59:59Z" }],
    ["it may not send to this destination", { destinations: ["elsewhere"] }],
    ["it may not send this type", { types: ["note.removed"] }],
  ])("[REP-05] a key is refused when %s", (_why, change) => {
    expect(open(seal(), "notes", new KeyRing([{ ...specs.hmac, ...change }]))).toEqual({ code: "ERR_ENVELOPE_KEY_NOT_ALLOWED" });
  });

  test("[REP-05] a public key verifies and cannot sign", () => {
    const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const verifier = new KeyRing([{ id: "e1", algorithm: "ed25519", issuer: "notes", publicKey }]);
    expect(open(seal({}, DATA, "e1"), "notes", verifier)).toHaveProperty("attributes");
    expect(() => verifier.signingKey("notes", 0)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_KEY_INVALID" }));
  });

  test("[REP-05] keys rotate by overlap: the newest usable one signs, both verify", () => {
    const old = { ...specs.hmac, id: "old", notAfter: "2026-11-25T00:00:00Z" };
    const next = { ...specs.hmac, id: "next", secret: Buffer.alloc(32, 8).toString("base64"), notBefore: "2026-11-24T00:00:00Z" };
    const both = new KeyRing([old, next]);
    const signerAt = (time: string): string => both.signingKey("notes", Date.parse(time)).id;
    expect(["2026-11-23T00:00:00Z", "2026-11-24T12:00:00Z", "2026-11-26T00:00:00Z"].map(signerAt)).toEqual(["old", "next", "next"]);
    for (const id of ["old", "next"]) {
      const key = both.get(id);
      if (key === undefined) throw new Error("no key");
      expect(open(sealEnvelope({ ...attributes, time: "2026-11-24T12:00:00Z" }, DATA, key), "notes", both)).toHaveProperty("attributes");
    }
  });

  test.each([
    ["[OPS-05] a secret that is too short", { secret: Buffer.alloc(31).toString("base64") }, "ERR_CONFIG_KEY_SHORT"],
    ["no secret", { secret: undefined }, "ERR_CONFIG_KEY_SHORT"],
    ["an unknown algorithm", { algorithm: "none" }, "ERR_CONFIG_KEY_INVALID"],
    ["an unknown member", { sekret: "x" }, "ERR_CONFIG_KEY_INVALID"],
    ["a time that is none", { notAfter: "soon" }, "ERR_CONFIG_KEY_INVALID"],
  ])("%s is refused at start", (_what, change, code) => {
    expect(() => new KeyRing([{ ...specs.hmac, ...change } as KeySpec])).toThrow(expect.objectContaining({ code }));
  });

  test("[OPS-05] no way of printing a key ring, a key or a refused key shows the secret", () => {
    const shown = [JSON.stringify(ring), inspect(ring, { depth: 9, showHidden: true }), inspect(ring.get("h1"), { depth: 9 })].join("\n");
    for (const form of [SECRET, Buffer.alloc(32, 7).toString("hex"), Buffer.alloc(32, 7).toString("latin1")])
      expect(shown).not.toContain(form);
    expect(() => new KeyRing([{ ...specs.ed25519, privateKey: "SECRETPEM" }])).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("SECRETPEM") }),
    );
  });
});

describe("parsing", () => {
  test("[PSN-04] arbitrary bytes are refused with a code and never throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => "code" in open(bytes)));
    fc.assert(fc.property(fc.json(), (json) => "code" in open(Buffer.from(json))));
  });

  test.each([
    ["a doubled attribute", seal().toString().replace('"id":"e1"', '"id":"e1","id":"e1"')],
    [
      "a doubled data",
      seal()
        .toString()
        .replace(/,"data":/, ',"data":{},"data":'),
    ],
    ["a doubled key in the data", seal({}, '{"noteId":"n1","noteId":"n2"}').toString()],
    ["__proto__ in the data", seal({}, '{"__proto__":{"noteId":"n1"}}').toString()],
    ["an escaped attribute name", seal().toString().replace('"data":', '"\\u0064ata":')],
    ["an unknown attribute", seal().toString().replace('"id":', '"admin":true,"id":')],
    ["a byte-order mark", `\ufeff${seal().toString()}`],
    ["something after it", `${seal().toString()}{}`],
    ["its end cut off", seal().toString().slice(0, -1)],
    ["too deep data", seal({}, `${"[".repeat(40)}${"]".repeat(40)}`).toString()],
    ["a hop of -999", seal().toString().replace('"hop":0', '"hop":-999')],
    ["a hop of -0", seal().toString().replace('"hop":0', '"hop":-0')],
    ["a hop of 1e309", seal().toString().replace('"hop":0', '"hop":1e309')],
    ["a hop as text", seal().toString().replace('"hop":0', '"hop":"0"')],
    ["an id as a list", seal().toString().replace('"id":"e1"', '"id":["e1"]')],
    ["a control character", seal().toString().replace('"alice"', '"a\\r\\nb"')],
    ["a lone surrogate", seal().toString().replace('"alice"', '"\\ud800"')],
  ])("[PSN-04] an envelope with %s is malformed", (_what, text) => {
    expect(open(Buffer.from(text))).toEqual({ code: "ERR_ENVELOPE_MALFORMED" });
  });

  test("[PSN-04] more bytes than allowed are refused unread", () => {
    expect(open(Buffer.alloc(bounds.maxBytes + 1))).toEqual({ code: "ERR_ENVELOPE_TOO_LARGE" });
  });
});

describe("time", () => {
  test.each([
    "",
    "now",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-23",
    "2026-11-23T24:00:00Z",
    "2026-11-23T00:00:60Z",
    "2026-11-23 00:00:00Z",
    "2026-11-23T00:00:00",
    "NaN",
  ])("[REP-03] %j is no time", (text) => expect(parseTime(text)).toBeUndefined());

  test("[REP-03] every ISO time is read as what it is, in every offset", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        fc.integer({ min: -1439, max: 1439 }),
        (date, offset) => {
          const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const two = (value: number): string => String(value).padStart(2, "0");
          const zone = `${offset < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
          return parseTime(date.toISOString()) === date.getTime() && parseTime(local + zone) === date.getTime();
        },
      ),
    );
  });

  const policy = { windowMs: 300, skewMs: 60, retentionMs: 10_000 };
  const at = (signedAtMs: number, takenAtMs: number, nowMs: number, expiresAtMs?: number): string =>
    freshnessOf({ signedAtMs, takenAtMs, nowMs, expiresAtMs }, policy);
  test.each([
    ["[REP-02] at the edge of the window it is fresh", at(1000, 1300, 1300), "fresh"],
    ["[REP-02] past the window it is stale", at(1000, 1301, 1301), "stale"],
    ["[REP-03] a time that is NaN is stale", at(Number.NaN, 1000, 1000), "stale"],
    ["[REP-04] ahead by the skew it is fresh", at(1060, 1000, 1000), "fresh"],
    ["[REP-04] ahead by more it is from the future", at(1061, 1000, 1000), "future"],
    ["[REP-09] a backlog does not age it", at(1000, 1100, 9000), "fresh"],
    ["[REP-08] past the broker's retention it is stale", at(1000, 1100, 11_101), "stale"],
    ["past its expiry it is stale", at(1000, 1000, 1261, 1200), "stale"],
  ])("%s", (_law, is, expected) => expect(is).toBe(expected));
});

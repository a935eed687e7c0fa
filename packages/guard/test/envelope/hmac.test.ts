// The code is that of the platform, for every key and text.
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hmacSha256 } from "../../src/envelope/hmac.ts";

const platform = (secret: Uint8Array, text: string): string => createHmac("sha256", secret).update(text).digest("base64url");

describe("hmacSha256", () => {
  test("[REP-05] is the platform's HMAC, one text after another", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.string({ unit: "binary", maxLength: 300 }), { maxLength: 5 }),
        (secret, texts) => {
          const mac = hmacSha256(secret);
          expect(texts.map(mac)).toEqual(texts.map((text) => platform(secret, text)));
        },
      ),
    );
  });

  test.each([0, 31, 32, 33, 63, 64, 65, 1000])("[REP-05] with a key of %i bytes", (length) => {
    const secret = new Uint8Array(length).fill(0xa7);
    expect(hmacSha256(secret)("text")).toBe(platform(secret, "text"));
  });

  test.each([0, 1, 63, 64, 4095, 4096, 4097, 100_000])("[REP-05] with a text of %i bytes, between short ones", (length) => {
    const secret = new Uint8Array(32).fill(1);
    const mac = hmacSha256(secret);
    for (const text of ["short", "x".repeat(length), "é".repeat(length >> 1), "short"]) expect(mac(text)).toBe(platform(secret, text));
  });

  // RFC 4231, test cases 1, 2 and 6.
  test.each([
    ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      Buffer.from("Jefe").toString("hex"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      "aa".repeat(131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("[REP-05] RFC 4231, key %s", (key, text, code) => {
    expect(Buffer.from(hmacSha256(Buffer.from(key, "hex"))(text), "base64url").toString("hex")).toBe(code);
  });
});

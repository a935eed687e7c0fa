// Keys as text, from the environment or from a function: what is wrong is said by place and name, never by quoting.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keysFrom, keysFromEnv, parseKeys } from "../../src/envelope/key-sources.ts";
import type { KeySpec } from "../../src/envelope/keys.ts";
import type { SallyportError } from "../../src/index.ts";

const SECRET = Buffer.alloc(32, 7).toString("base64");
const hmac: KeySpec = { id: "h1", algorithm: "hmac-sha256", issuer: "notes", secret: SECRET };

/** What it was refused with. */
const refusalOf = (attempt: () => unknown): SallyportError => {
  try {
    attempt();
  } catch (error) {
    return error as SallyportError;
  }
  return expect.unreachable("it was accepted");
};

describe("keys from text", () => {
  const text = JSON.stringify([hmac]);

  test("are those that it lists", () => {
    expect(parseKeys(text, "here").get("h1")).toBeDefined();
    expect(keysFromEnv("KEYS", { KEYS: text }).get("h1")).toBeDefined();
  });

  test.each(["SECRET", "{}", "null", '"SECRET"', ""])(
    "[OPS-05] are refused when it is %j, at its place and without quoting it",
    (broken) => {
      const refusal = refusalOf(() => parseKeys(broken, "the keys file"));
      expect(refusal).toMatchObject({
        code: "ERR_CONFIG_KEY_INVALID",
        place: "the keys file",
        remedy: expect.stringContaining('"hmac-sha256"'),
      });
      expect(refusal.message).toMatch(/array/);
      expect(refusal.message).not.toContain("SECRET");
      expect(refusal.cause).toBeUndefined();
    },
  );

  test("of the environment are refused by the variable's name", () => {
    const refusal = refusalOf(() => keysFromEnv("SALLYPORT_KEYS", { SALLYPORT_KEYS: "[" }));
    expect(refusal.place).toMatch(/environment.*SALLYPORT_KEYS/);
  });

  test.each([{}, { KEYS: "" }, { KEYS: undefined }])("of the environment are missed by name when they are %j", (env) => {
    const refusal = refusalOf(() => keysFromEnv("KEYS", env));
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", remedy: expect.stringContaining("JSON") });
    expect(refusal.message).toMatch(/KEYS is not set/);
  });

  test("come from this process's environment unless another is given", () => {
    process.env["SALLYPORT_TEST_KEYS"] = text;
    expect(keysFromEnv("SALLYPORT_TEST_KEYS").get("h1")).toBeDefined();
    delete process.env["SALLYPORT_TEST_KEYS"];
    expect(refusalOf(() => keysFromEnv("SALLYPORT_TEST_KEYS")).code).toBe("ERR_CONFIG_KEY_INVALID");
  });
});

describe("keys from a function", () => {
  test("are those that it gives, at once or later", async () => {
    expect((await keysFrom(() => [hmac])).get("h1")).toBeDefined();
    expect((await keysFrom(async () => [hmac])).get("h1")).toBeDefined();
  });

  test("are refused when they are no list, by where they come from", async () => {
    const refusal: unknown = await keysFrom(() => ({}) as never).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", place: "the key source" });
  });

  test("are missed with the function's own error when it has one", async () => {
    await expect(keysFrom(() => Promise.reject(new Error("the vault is sealed")))).rejects.toThrow("the vault is sealed");
  });
});

describe("[OPS-05] a key that is wrong is refused by its place in the list and the name of the member, and not quoted:", () => {
  const refused = (wrong: unknown): SallyportError => refusalOf(() => parseKeys(JSON.stringify([hmac, wrong]), "here"));

  test.each([[null], ["SECRET"], [5], [["SECRET"]]])("%j is no object", (wrong) => {
    expect(refused(wrong)).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", place: "here, key 2", remedy: expect.stringMatching(/\w/) });
    expect(refused(wrong).message).toMatch(/^not an object/);
    expect(refused(wrong).message).not.toContain("SECRET");
  });

  test.each<[keyof KeySpec, unknown]>([
    ["id", 5],
    ["id", "SECRET of mine"],
    ["id", ".SECRET"],
    ["id", "SECRET\n"],
    ["id", `SECRET${"x".repeat(195)}`],
    ["algorithm", "SECRET"],
    ["issuer", 5],
    ["secret", ["SECRET"]],
    ["privateKey", { SECRET: 1 }],
    ["publicKey", null],
    ["destinations", "SECRET"],
    ["destinations", ["SECRET", 5]],
    ["types", { SECRET: 1 }],
    ["notBefore", 5],
    ["notAfter", true],
  ])("its %s is %j", (name, value) => {
    const refusal = refused({ ...hmac, id: "h2", [name]: value });
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", place: "here, key 2" });
    expect(refusal.message).toMatch(new RegExp(`\\b${name}\\b`));
    expect(refusal.message).not.toContain("SECRET");
  });

  test("a member that keys do not have, which may itself be the secret", () => {
    const refusal = refused({ ...hmac, id: "h2", SECRET: 1 });
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_KEY_INVALID", place: "here, key 2" });
    expect(refusal.message).toMatch(/^it has a member/);
    expect(refusal.message).not.toContain("SECRET");
  });

  test("and every member that keys may have is taken", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const pems = {
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
    const reach = { destinations: ["d"], types: ["t"], notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
    const ring = parseKeys(
      JSON.stringify([
        { ...hmac, ...reach },
        { id: `A${"a_.-".repeat(49)}aaa`, algorithm: "ed25519", issuer: "notes", ...pems },
      ]),
      "here",
    );
    expect(ring.get("h1")?.maySend("d", "t")).toBe(true);
    expect((await keysFrom(() => [{ ...hmac, types: undefined } as unknown as KeySpec])).get("h1")?.maySend("d", "t")).toBe(true);
  });
});

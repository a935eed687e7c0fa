import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import { keysFrom, parseKeys, SallyportError } from "../src/index.ts";
import { keysFromFile } from "../src/keys-file.ts";
import { keySpec } from "./house.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: string, mode = 0o600): string {
  const path = join(folder, `keys-${files++}.json`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function refusalOf(make: () => unknown): SallyportError {
  try {
    make();
  } catch (error) {
    if (error instanceof SallyportError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

test.each([0o600, 0o400, 0o700])("keys are read from a file that its owner alone may read (mode %o)", (mode) => {
  const keys = keysFromFile(fileOf(JSON.stringify([keySpec()]), mode));
  expect(keys.signingKey("notes", 0).id).toBe("k1");
});

test("keys are read through a link to such a file", () => {
  const link = join(folder, "link.json");
  symlinkSync(fileOf(JSON.stringify([keySpec()])), link);
  expect(keysFromFile(link).get("k1")).toBeDefined();
});

describe.skipIf(process.platform === "win32")(
  "[OPS-05] a key file that others than its owner may touch is refused, with the command that mends it",
  () => {
    test.each([0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601, 0o666])("mode %o", (mode) => {
      const path = fileOf(JSON.stringify([keySpec()]), mode);
      const refusal = refusalOf(() => keysFromFile(path));
      expect([refusal.code, refusal.place]).toEqual(["ERR_CONFIG_KEY_INVALID", path]);
      expect(refusal.remedy).toBe(`Run: chmod 600 ${path}`);
    });

    test("the command can be pasted, whatever the file is called", () => {
      const path = join(folder, "my key's; $(touch x).json");
      writeFileSync(path, JSON.stringify([keySpec()]));
      chmodSync(path, 0o644);
      execFileSync("sh", ["-c", refusalOf(() => keysFromFile(path)).remedy!.replace("Run: ", "")]);
      expect(keysFromFile(path).get("k1")).toBeDefined();
    });
  },
);

test("what is not a file is refused, and never waited for", () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", ["-m", "600", pipe]);
  for (const path of [folder, pipe]) expect(refusalOf(() => keysFromFile(path)).message).toContain("not a regular file");
  expect(refusalOf(() => keysFromFile(join(folder, "none"))).message).toContain("ENOENT");
});

describe("[OPS-05] a key that is wrong is named by its place, and nothing of it is quoted", () => {
  const secret = randomBytes(32).toString("base64");
  test.each([
    ["not JSON", secret],
    ["not a list", JSON.stringify({ secret })],
    ["an entry that is text", JSON.stringify([secret])],
    ["an entry that is nothing", "[null]"],
    ["a secret in place of the id", JSON.stringify([keySpec({ id: `${secret}=` })])],
    ["a secret in place of the algorithm", JSON.stringify([keySpec({ algorithm: secret as never })])],
    ["a secret in place of a member's name", JSON.stringify([{ ...keySpec(), [secret]: 1 }])],
    ["a secret in a list", JSON.stringify([keySpec({ secret: [secret] as never })])],
    ["a secret that is a number", JSON.stringify([keySpec({ secret: 12345678901 as never })])],
    ["destinations that are text", JSON.stringify([keySpec({ destinations: "notes" as never })])],
    ["a PEM that is none", JSON.stringify([keySpec({ algorithm: "ed25519", privateKey: secret })])],
    ["a secret that is short", JSON.stringify([keySpec({ secret: secret.slice(0, 20) })])],
  ])("%s", (_what, content) => {
    for (const read of [() => parseKeys(content, "here"), () => keysFromFile(fileOf(content))]) {
      const refusal = refusalOf(read);
      expect(refusal.code).toMatch(/^ERR_CONFIG_KEY_/);
      for (const quoted of [secret, secret.slice(0, 20), "12345678901"])
        expect(`${refusal.message}\n${refusal.stack}`).not.toContain(quoted);
    }
  });
});

describe("keys from a function", () => {
  test("are those that it gives, now or later", async () => {
    for (const source of [() => [keySpec()], async () => [keySpec()]]) expect((await keysFrom(source)).get("k1")).toBeDefined();
  });

  test("are refused as those of a file are", async () => {
    await expect(keysFrom(async () => [{ ...keySpec(), algorithm: "none" } as never])).rejects.toMatchObject({
      code: "ERR_CONFIG_KEY_INVALID",
    });
  });

  test("what the function throws is passed on", async () => {
    const down = new Error("the vault is sealed");
    await expect(keysFrom(async () => Promise.reject(down))).rejects.toBe(down);
  });
});

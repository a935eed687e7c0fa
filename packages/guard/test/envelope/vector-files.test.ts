// The files of vectors/ themselves: what the script makes of them, and that they cover every refusal. It reads sources.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differing } from "../../../../scripts/vectors.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "..", "vectors");
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");
const vectorsOf = (name: string): readonly { readonly name: string; readonly code?: string }[] =>
  (JSON.parse(read(name)) as { vectors: { name: string; code?: string }[] }).vectors;

describe("the files", () => {
  const all = ["accept.json", "reject.json", "freshness.json"].flatMap(vectorsOf);

  test("are what the script makes", () => {
    expect(differing(FOLDER)).toEqual([]);
  });

  test("are noticed when one is changed or missing", () => {
    const copy = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      cpSync(FOLDER, copy, { recursive: true });
      writeFileSync(join(copy, "reject.json"), read("reject.json").replace("ERR_ENVELOPE_SIGNATURE", "ERR_ENVELOPE_STALE"));
      rmSync(join(copy, "keys.json"));
      expect(differing(copy)).toEqual(["keys.json", "reject.json"]);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  test("name no case twice", () => {
    const names = all.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test("refuse with every code that parsing and verifying have", () => {
    const said = readFileSync(join(import.meta.dirname, "../../src/envelope/open.ts"), "utf8").matchAll(/refused\("(ERR_\w+)"\)/g);
    const due = new Set([...said].map(([, code = ""]) => code));
    expect(due.size).toBeGreaterThan(7);
    expect(new Set(vectorsOf("reject.json").map(({ code }) => code))).toEqual(due);
  });
});

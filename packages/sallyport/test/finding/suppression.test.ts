import { describe, expect, test } from "vitest";
import { applyRemarks, readRemarks } from "../../src/finding/suppression.ts";
import { finding } from "./made-up.ts";

const RULES = new Set(["client-chosen-topic", "ungoverned-payload"]);
const read = (source: string) => readRemarks("src/publish.ts", source, RULES);

describe("a remark in the source", () => {
  test.each([
    ["on the line itself", "a();\nb();\nsend(t); // sallyport-ignore client-chosen-topic: a gateway by design", 3],
    ["on the line above", "a();\n// sallyport-ignore client-chosen-topic: a gateway by design\nsend(t);", 3],
    ["above other remarks and empty lines", "// sallyport-ignore client-chosen-topic: a gateway by design\n// more\n\nsend(t);", 4],
    ["in Python", "a()\nsend(t)  # sallyport-ignore client-chosen-topic: a gateway by design", 2],
    ["in a block comment", "/* sallyport-ignore client-chosen-topic: a gateway by design */\nsend(t)", 2],
    ["with the line ends of Windows", "a();\r\nsend(t); // sallyport-ignore client-chosen-topic: a gateway by design\r\n", 2],
  ])("%s accepts the finding there", (_where, source, line) => {
    const { remarks, notes } = read(source);
    expect(notes).toEqual([]);
    const { findings, notes: unused } = applyRemarks([finding({ line }), finding({ line: line + 1 })], remarks);
    expect(findings.map(({ accepted }) => accepted)).toEqual([{ by: "inline", reason: "a gateway by design" }, undefined]);
    expect(unused).toEqual([]);
  });

  test("accepts several rules, and no other", () => {
    const { remarks } = read("send(t) // sallyport-ignore client-chosen-topic, ungoverned-payload: both known");
    const rules = ["client-chosen-topic", "ungoverned-payload", "unguarded-parse"];
    const { findings } = applyRemarks(
      rules.map((rule) => finding({ rule, line: 1 })),
      remarks,
    );
    expect(findings.map(({ accepted }) => accepted !== undefined)).toEqual([true, true, false]);
  });

  test.each([
    ["no reason", "x // sallyport-ignore client-chosen-topic", /gives no reason/],
    ["an empty reason", "x // sallyport-ignore client-chosen-topic:  ", /gives no reason/],
    ["no rule", "x // sallyport-ignore: because", /names no rule/],
    ["a rule that does not exist", "x // sallyport-ignore all-of-them: because", /does not exist: all-of-them/],
  ])("with %s accepts nothing, and that is said", (_what, source, said) => {
    const { remarks, notes } = read(source);
    expect(remarks).toEqual([]);
    expect(notes).toEqual([{ file: "src/publish.ts", line: 1, what: expect.stringMatching(said) as string }]);
  });

  test("that accepts nothing is named", () => {
    const { remarks } = read("send(t) // sallyport-ignore client-chosen-topic, ungoverned-payload: known");
    const { notes } = applyRemarks([finding({ line: 1 })], remarks);
    expect(notes).toEqual([
      { file: "src/publish.ts", line: 1, what: expect.stringContaining("ungoverned-payload accepts nothing") as string },
    ]);
  });

  test("in a string, or as another word, is none", () => {
    expect(read(`log("// sallyport-ignore client-chosen-topic: no");\n// sallyport-ignored`)).toEqual({ remarks: [], notes: [] });
  });

  test("is found soon in a line of a million characters", () => {
    expect(read(`${"# /* //".repeat(150_000)} sallyport-ignore client-chosen-topic: known`).remarks).toHaveLength(1);
  });
});

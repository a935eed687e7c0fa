import { describe, expect, test } from "vitest";
import { framer } from "../../src/report/frame.ts";

const SOURCE = "\n\tif (a) {\n\t\tsend(b);\n\t}\n\nrest();\n";
const frameAt = (source: string | undefined, line: number, column: number, width = 80, around = 2) =>
  framer(() => source, width)({ file: "a.ts", line, column, excerpt: source === undefined ? "  send(b);" : undefined }, around);

describe("a frame of code", () => {
  test("has the lines around, without their common indentation, tabs as spaces and blank ends", () => {
    expect(frameAt(SOURCE, 3, 3)).toEqual({
      lines: [
        { number: 2, text: "if (a) {" },
        { number: 3, text: "  send(b);" },
        { number: 4, text: "}" },
      ],
      line: 3,
      caret: 2,
    });
  });

  test("is the excerpt where there is no source, and nothing where there is neither", () => {
    expect(frameAt(undefined, 9, 3)).toEqual({ lines: [{ number: 9, text: "send(b);" }], line: 9, caret: 0 });
    expect(framer(() => undefined, 80)({ file: "a.ts", line: 1, column: 1 })).toBeUndefined();
  });

  test("shows the place in a line that is far too long", () => {
    const bundle = `${"x;".repeat(5000)}send(b);${"y;".repeat(5000)}`;
    const frame = frameAt(bundle, 1, 10_001, 60)!;
    expect(frame.lines[0]!.text).toHaveLength(60);
    expect(frame.lines[0]!.text.slice(frame.caret)).toMatch(/^send\(b\);y;.*…$/);
    expect(frame.lines[0]!.text).toMatch(/^…/);
  });

  test("of a place that is not in the file any more does not fail", () => {
    expect(frameAt("a\nb", 9, 1)).toBeUndefined();
    expect(frameAt("ab", 1, 400)).toMatchObject({ caret: 2 });
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withFingerprints } from "../../src/finding/fingerprint.ts";
import type { Finding } from "../../src/finding/finding.ts";
import { finding } from "./made-up.ts";

const SOURCE = `import { producer } from "./kafka";
export async function publish(args) {
  await producer.send({ topic: args.topic, messages: [{ value: "x" }] });
}
`;
/** Of findings on the lines that send, in a file of this text. */
function fingerprints(source: string, changes: Partial<Finding> = {}): readonly string[] {
  const lines = source.split("\n").flatMap((text, index) => (text.includes("producer.send") ? [index + 1] : []));
  const findings = lines.map((line) => finding({ line, ...changes }));
  return withFingerprints(findings, () => source).map(({ fingerprint }) => fingerprint);
}
const [known] = fingerprints(SOURCE);

describe("a fingerprint", () => {
  test("is sixteen hexadecimal digits", () => expect(known).toMatch(/^[0-9a-f]{16}$/));

  test("stays when lines are inserted before or after the statement", () => {
    const inserted = fc.array(fc.constantFrom("", "// a remark", "const a = 1;", "function f() {", "  });"));
    fc.assert(
      fc.property(inserted, inserted, (before, after) => {
        const lines = SOURCE.split("\n");
        expect(fingerprints([...lines.slice(0, 2), ...before, lines[2], ...after, ...lines.slice(3)].join("\n"))).toEqual([known]);
      }),
    );
  });

  test.each([
    ["indented anew", "      await  producer.send( { topic:args.topic,messages:[{value: 'x'}] } )"],
    [
      "broken into lines",
      "  await producer.send({\n    topic: args.topic,\n    messages: [\n      { value: `x`.trim() && 'x', },\n    ],\n  });",
    ],
    ["commented", '  await producer.send({ topic: args.topic /* theirs */, messages: [{ value: "x" }] }); // sent'],
    ["with the line ends of Windows", '  await producer.send({ topic: args.topic, messages: [{ value: "x" }] });\r'],
  ])("stays when the statement is %s", (_how, statement) => {
    const plain = statement.replace("`x`.trim() && ", "");
    expect(fingerprints(SOURCE.replace(/ {2}await.*/, () => plain))).toEqual([known]);
  });

  test("ends where the statement ends, in each language by its own comments", () => {
    const at = (file: string, source: string) => withFingerprints([finding({ file, line: 1 })], () => source)[0]!.fingerprint;
    expect(at("a.py", "send(a // b)\nc()")).toBe(at("a.py", "send(a // b)  # halved\nd()"));
    expect(at("a.ts", "this.#send(a /* b */)\nc()")).toBe(at("a.ts", "this.#send(a)\nd() // e"));
    expect(at("a.ts", "this.#send(a)")).not.toBe(at("a.ts", "this.#read(a)"));
  });

  test("stays when the file moves to another folder", () => {
    expect(fingerprints(SOURCE, { file: "lib/deeper/publish.ts" })).toEqual([known]);
  });

  test("stays when message, path, severity and column change", () => {
    expect(fingerprints(SOURCE, { message: "Other words.", severity: "low", column: 3, path: [] })).toEqual([known]);
  });

  test.each([
    ["the rule", SOURCE, { rule: "ungoverned-payload" }],
    ["the file's name", SOURCE, { file: "src/send.ts" }],
    ["the statement", SOURCE.replace("args.topic", "args.queue"), {}],
    ["a text in it", SOURCE.replace('"x"', '"x y"'), {}],
  ])("changes with %s", (_what, source, changes) => {
    expect(fingerprints(source, changes)).not.toEqual([known]);
  });

  test("numbers what is alike, whatever the order in which it was found", () => {
    const twice = `${SOURCE}${SOURCE}`;
    const all = fingerprints(twice);
    expect(all[0]).toBe(known);
    expect(new Set(all).size).toBe(2);
    const turned = withFingerprints([finding({ line: 7 }), finding({ line: 3 })], () => twice);
    expect(turned.map(({ line, fingerprint }) => [line, fingerprint])).toEqual([
      [3, all[0]],
      [7, all[1]],
    ]);
  });

  test("is made of the excerpt where there is no source", () => {
    const of = (excerpt: string) => withFingerprints([finding({ excerpt })], () => undefined)[0]!.fingerprint;
    expect(of("  send(a)")).toBe(of("send( a );"));
    expect(of("send(a)")).not.toBe(of("send(b)"));
  });

  test("of a place in a bundle of one line is made from the column on", () => {
    const bundle = (before: string) => `${"a;".repeat(300)}${before}producer.send({topic:t});`;
    const at = (before: string) =>
      withFingerprints([finding({ line: 1, column: 601 + before.length })], () => bundle(before))[0]!.fingerprint;
    expect(at("")).toBe(at("b();c();"));
  });

  test("comes soon, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("(", ")", '"', "`", "\\", "/", "*", "#", "\n", " ", "a", "\0"), maxLength: 5000 }),
        (text) => {
          expect(withFingerprints([finding({ line: 1, column: 1 })], () => text)).toHaveLength(1);
        },
      ),
    );
  });
});

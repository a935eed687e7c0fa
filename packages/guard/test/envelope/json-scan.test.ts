// The pass over raw bytes: how many members, how deep, and exactly which bytes are the data.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countMembers, scanJson } from "../../src/envelope/json-scan.ts";

const bytesOf = (text: string): Buffer => Buffer.from(text);
/** The text of top-level "data", `undefined` when there is none, `null` when the scan refuses. */
const dataOf = (text: string, maxDepth = 32): string | undefined | null => {
  const scan = scanJson(bytesOf(text), maxDepth);
  if (scan === undefined) return null;
  return scan.data && bytesOf(text).subarray(scan.data.start, scan.data.end).toString();
};
const json = fc.json({ maxDepth: 4 }).map((text) => text.replaceAll('"__proto__"', '"proto"'));

describe("the data", () => {
  test.each<[string, string | undefined]>([
    ['{"data":1}', "1"],
    ['{"data":"a"}', '"a"'],
    ['{"data":{"data":{}}}', '{"data":{}}'],
    ['{"data":[1,{"a":2},"]"]}', '[1,{"a":2},"]"]'],
    ['{"data":1,"id":2}', "1"],
    ['{"id":"data","data":true,"x":null}', "true"],
    ['{"a":"data"}', undefined],
    ['{"a":{"data":1}}', undefined],
    ['{"datum":1,"dat":2,"xdata":3,"dataa":4}', undefined],
    ['{"date":1,"dala":2,"dxta":3,"xata":4}', undefined],
    ['{"dat":1,"a":2}', undefined],
    ['{"\\u0064ata":1}', undefined],
    ['["data",1]', undefined],
    ['{"data" : 1}', "1"],
    ['{"data":\t\n\r 1 \r\n\t,"id":2}', "1"],
    ['{"data":\t\n\r [ 1 ] \r\n\t}', "[ 1 ]"],
    ['{"data":"a, \\"data\\": }"}', '"a, \\"data\\": }"'],
    ['{"data":"\\\\"}', '"\\\\"'],
    ['{"data":"\\\\\\""}', '"\\\\\\""'],
    ["{}", undefined],
    ["5", undefined],
    ["", undefined],
  ])("of %j is exactly %j", (text, data) => expect(dataOf(text)).toBe(data));

  test("of any envelope is exactly the bytes that were put there, whatever stands around it", () => {
    const space = fc.constantFrom("", " ", "\t", "\r\n", "  ");
    fc.assert(
      fc.property(json, json, json, space, (before, data, after, gap) => {
        expect(dataOf(`{"a":${before},"data"${gap}:${gap}${data}${gap},"z":${after}}`)).toBe(data.trim());
      }),
    );
  });
});

describe("[PSN-04] the scan refuses", () => {
  test.each(["{", "[", "}", "]", "{}}", "]{", '{"a', '{"a\\', '{"a\\"', '{"data":1', '{"data":[', '"'])("%j: it does not close", (text) =>
    expect(dataOf(text)).toBeNull(),
  );

  test.each(["[", '{"a":'])("what is deeper than allowed, and takes what is as deep, in nestings of %j", (opening) => {
    const nested = (depth: number): string =>
      opening.repeat(depth - 1) + (opening === "[" ? "[]" : "{}") + (opening === "[" ? "]" : "}").repeat(depth - 1);
    expect([dataOf(nested(5), 5), dataOf(nested(6), 5)]).toEqual([undefined, null]);
  });
});

describe("[PSN-04] members", () => {
  test.each<[string, number]>([
    ["5", 0],
    ["null", 0],
    ["[]", 0],
    ["{}", 0],
    ['{"a":null}', 1],
    ['{"a":{"b":[{"c":1},{"d":2}]},"e":[[{"f":{}}]]}', 6],
    ['{"a:b":"c:d"}', 1],
  ])("of %s are %i, before it is parsed and after", (text, members) => {
    expect(countMembers(JSON.parse(text))).toBe(members);
    expect(scanJson(bytesOf(text), 32)?.members).toBe(members);
  });

  test("are as many before and after parsing, unless an object has a key twice", () => {
    fc.assert(fc.property(json, (text) => scanJson(bytesOf(text), 32)?.members === countMembers(JSON.parse(text))));
    fc.assert(
      fc.property(json, (inner) => {
        const text = `[{"a":1},{"b":{"a":${inner},"a":${inner}}}]`;
        expect(scanJson(bytesOf(text), 32)?.members).toBeGreaterThan(countMembers(JSON.parse(text)) ?? 0);
      }),
    );
  });

  test.each(['{"__proto__":1}', '{"a":[{"b":{"__proto__":{}}}]}'])("are not counted where one is named __proto__: %s", (text) => {
    expect(countMembers(JSON.parse(text))).toBeUndefined();
  });

  test("are counted however deep the value is, without ending the process", () => {
    const depth = 200_000;
    expect(countMembers(JSON.parse(`${"[".repeat(depth)}{"a":1}${"]".repeat(depth)}`))).toBe(1);
  });
});

// Where findings stand: the line and column of what a person would point at.
import { expect, it } from "vitest";
import { lower } from "../../../../src/audit/frontends/javascript/lower.ts";
import { columnOf, lineOf } from "../../../../src/audit/ir/place.ts";

/** `kind line:column` of every node that has a place, in the order of the tree. */
function places(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { kind, at } = value as { readonly kind?: string; readonly at?: number };
  const own = kind !== undefined && at !== undefined ? [`${kind} ${lineOf(at)}:${columnOf(at)}`] : [];
  return [...own, ...Object.values(value).flatMap(places)];
}

const placesOf = (text: string): string[] => places(lower({ file: "a.ts", text }).module.body);

it("a call stands where its callee's last name does", () => {
  expect(placesOf("await this.producer\n  .send(\n    { topic })").filter((place) => place.startsWith("call"))).toEqual(["call 2:4"]);
  expect(placesOf("new aws\n.SendMessageCommand(x)").filter((place) => place.startsWith("call"))).toEqual(["call 2:2"]);
  expect(placesOf("(0,\n  k_1.publish)(x)").filter((place) => place.startsWith("call"))).toEqual(["call 2:7"]);
  expect(placesOf("x = a;\n f(b)").filter((place) => place.startsWith("call"))).toEqual(["call 2:2"]);
});

it("a byte order mark and a shebang shift nothing", () => {
  expect(placesOf("\uFEFFf()")).toEqual(["expression 1:1", "call 1:1", "name 1:1"]);
  expect(placesOf("#!/usr/bin/env node\nf()")).toEqual(["expression 2:1", "call 2:1", "name 2:1"]);
});

it("columns count UTF-16 units", () => {
  expect(placesOf("0, '😀é', f()").slice(4)).toEqual(["call 1:11", "name 1:11"]);
});

it("a function says where it begins and ends", () => {
  const [statement] = lower({ file: "a.ts", text: "\nfunction f() {\n  g()\n}\n" }).module.body;
  expect(statement).toMatchObject({ kind: "let", value: { fn: { endLine: 4 } } });
});

it("only comments that speak of sallyport are kept, without their signs", () => {
  const text = [
    "// other",
    "// sallyport-ignore client-chosen-topic: by design",
    "/* sallyport-ignore a */ f(/* b */)",
    "/**",
    " * Words.",
    " * sallyport-ignore c: d",
    " */",
  ].join("\n");
  expect(lower({ file: "a.ts", text }).module.remarks).toEqual([
    { line: 2, text: "sallyport-ignore client-chosen-topic: by design" },
    { line: 3, text: "sallyport-ignore a" },
    { line: 6, text: "sallyport-ignore c: d" },
  ]);
});

// JSX, where a component is a function that is called.
import { describe, expect, it } from "vitest";
import { sketch } from "./sketch.ts";

const FORMS: [source: string, lowered: string][] = [
  ['const a = <div id="x" {...p}>text {b}{/* c */}</div>', "let a = opaque({id: 'x', ...p, children: ['text ', b]});"],
  ["const a = <Foo.Bar a={1} b><C /></Foo.Bar>", "let a = Foo.Bar({a: 1, b: true, children: [C({})]});"],
  ["const a = <>{b}</>", "let a = opaque(b);"],
];

describe("components are called with their properties", () => {
  it.each(FORMS)("%s", (source, lowered) => {
    expect(sketch(source, "a.tsx")).toBe(lowered);
  });
});

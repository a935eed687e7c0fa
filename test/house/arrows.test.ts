// Which room may know which, executed. Each rule says what breaks otherwise.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Import, importsOf, ROOT, sourcesOf } from "./imports.ts";

const GUARD = "packages/guard/src/";
const files = sourcesOf("packages/guard/src/**/*.ts");
const imports = files.flatMap(importsOf);
const roomOf = (path: string): string => path.slice(GUARD.length).split("/")[0]?.replace(/\.ts$/, "") ?? "";

/** A room may import itself and what is listed; `file:` names one module of a room. */
const ARROWS: readonly [room: string, may: readonly string[], otherwise: string][] = [
  ["errors", [], "every room would depend on whatever errors depends on"],
  ["contract", ["errors"], "what an event is would depend on how it is carried"],
  ["envelope", ["errors"], "the wire format could not be implemented from its own room and its document"],
  ["ports", ["errors", "envelope"], "an adapter would drag in the pipeline"],
  ["publish", ["contract", "envelope", "ports", "errors"], "a publisher would need a consumer, or a broker's client"],
  ["consume", ["contract", "envelope", "ports", "errors"], "policy would leak into adapters, and differ between brokers"],
  ["sqlite", ["errors"], "the database would know what is kept in it"],
  ["adapters", ["ports", "errors", "sqlite"], "adapters would judge instead of carry"],
  ["stores", ["ports", "errors", "sqlite", "file:envelope/signing-input"], "a store would depend on the doors that use it"],
  ["testing", ["ports", "errors"], "the laws would hold of our own implementation only"],
  ["index", ["contract", "envelope", "errors", "publish", "consume", "ports"], "the root entry would reach a broker or the disk"],
];

const breaks = (found: Import, room: string, may: readonly string[]): boolean => {
  if (!found.to.startsWith(GUARD) || roomOf(found.from) !== room) return false;
  const target = roomOf(found.to);
  return target !== room && !may.includes(target) && !may.includes(`file:${found.to.slice(GUARD.length).replace(/\.ts$/, "")}`);
};

const told = (found: readonly Import[]): string[] => found.map(({ from, to }) => `${from} → ${to}`);

describe("arrows", () => {
  test("every room of the guard has its arrows", () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(ARROWS.map(([room]) => room).toSorted());
  });

  test.each(ARROWS)("%s knows only %j; otherwise %s", (room, may) => {
    expect(told(imports.filter((found) => breaks(found, room, may)))).toEqual([]);
  });

  test("a wrong arrow would be found", () => {
    const wrong = { from: `${GUARD}contract/contract.ts`, to: `${GUARD}publish/publisher.ts`, isType: false };
    expect(breaks(wrong, "contract", ["errors"])).toBe(true);
    expect(breaks({ ...wrong, to: `${GUARD}errors.ts` }, "contract", ["errors"])).toBe(false);
  });

  test("the guard imports no package: it would run somebody else's code in a user's production process", () => {
    expect(told(imports.filter(({ to }) => !to.startsWith(GUARD) && !to.startsWith("node:")))).toEqual([]);
  });

  test.each([
    ["node:crypto", /^envelope\//, "a second place would decide what a signature is"],
    ["node:sqlite", /^(sqlite|stores\/sqlite)/, "the root entry would need a database"],
    ["node:fs", /^$/, "the guard would touch the disk"],
  ])("%s is for %s alone; otherwise %s", (module, rooms) => {
    const found = imports.filter(({ from, to, isType }) => to.startsWith(module) && !isType && !rooms.test(from.slice(GUARD.length)));
    expect(told(found)).toEqual([]);
  });

  test("there are no circles: neither half could be read, tested or moved alone", () => {
    const next = new Map(
      files.map((file) => [file, imports.filter(({ from, to }) => from === file && to.startsWith(GUARD)).map(({ to }) => to)]),
    );
    const state = new Map<string, "open" | "done">();
    const circles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "open") circles.push([...path, file].join(" → "));
      if (state.has(file)) return;
      state.set(file, "open");
      for (const to of next.get(file) ?? []) walk(to, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  test("only clocks read the time: a test could not decide it otherwise", () => {
    const readers = files.filter((file) => /\bDate\.now\(|new Date\(\)/.test(readFileSync(join(ROOT, file), "utf8")));
    expect(readers.filter((file) => file !== `${GUARD}ports/clock.ts` && !file.startsWith(`${GUARD}testing/`))).toEqual([]);
  });
});

test("no source file is longer than one can hold in the head", () => {
  const lengths = files.map((file) => [file, readFileSync(join(ROOT, file), "utf8").split("\n").length] as const);
  expect(lengths.filter(([, length]) => length > 400)).toEqual([]);
});

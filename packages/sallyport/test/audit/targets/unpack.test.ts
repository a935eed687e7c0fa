// An archive of strangers is laid out as files for reading, within its folder and within bounds, whatever it says.
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { unpack } from "../../../src/audit/targets/unpack.ts";
import { temporaryFolder } from "../../command.ts";
import { type Member, packed, pax, tar } from "./archives.ts";

const all = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted();

function laid(members: readonly Member[]): {
  readonly files: readonly string[];
  readonly left: readonly string[];
  readonly folder: string;
} {
  const folder = join(temporaryFolder(), "in");
  const left = unpack(packed(members), folder, "npm:x");
  return { files: existsSync(folder) ? all(folder) : [], left: left.map(({ file }) => file), folder };
}

test("ordinary files are laid out, for nobody to run", () => {
  const { files, left, folder } = laid([
    { name: "package/", flag: "5" },
    { name: "package/package.json", content: "{}" },
    { name: "package/src/a.js", content: "a()" },
  ]);
  expect([files, left]).toEqual([["package.json", "src/a.js"], []]);
  expect(readFileSync(join(folder, "src/a.js"), "utf8")).toBe("a()");
  expect(lstatSync(join(folder, "src/a.js")).mode & 0o111).toBe(0);
});

test("long names are read as pax and as GNU write them", () => {
  const long = `src/${"n".repeat(120)}.js`;
  expect(laid([pax(`package/${long}`), { name: "package/cut" }]).files).toEqual([long]);
  expect(laid([{ name: "././@LongLink", flag: "L", content: `package/${long}\0` }, { name: "package/cut" }]).files).toEqual([long]);
});

test.each<[string, readonly Member[]]>([
  ["leads out", [{ name: "package/../../evil.js", content: "x" }]],
  ["leads out by its long name", [pax("package/../../evil.js"), { name: "package/a.js" }]],
  ["is absolute", [{ name: "package//etc/evil.js" }]],
  ["has a backslash", [{ name: "package/..\\evil.js" }]],
  ["is a link", [{ name: "package/link", flag: "2" }]],
  ["is a hard link", [{ name: "package/link", flag: "1" }]],
  ["is a device", [{ name: "package/null", flag: "3" }]],
  ["is no name", [{ name: "package/" }]],
])("a member is left out, and named, where it %s", (_name, members) => {
  const { files, left } = laid([...members, { name: "package/good.js", content: "x" }]);
  expect(files).toEqual(["good.js"]);
  expect(left).toHaveLength(1);
});

test("nothing is written over: a file that comes twice, a file in a file's place", () => {
  const { files, left, folder } = laid([
    { name: "package/a.js", content: "first" },
    { name: "package/a.js", content: "second" },
    { name: "package/a.js/b.js", content: "third" },
  ]);
  expect([files, left]).toEqual([["a.js"], ["a.js", "a.js/b.js"]]);
  expect(readFileSync(join(folder, "a.js"), "utf8")).toBe("first");
});

test.each<[string, Buffer, RegExp]>([
  ["is no archive", Buffer.from("hello"), /no gzipped archive/],
  ["is cut off", gzipSync(tar([{ name: "package/a", content: "x".repeat(2000) }]).subarray(0, 1024)), /cut off/],
  ["lies about a size", packed([{ name: "package/a", size: "77777777777\0" }]), /cut off/],
  ["has a size that is none", packed([{ name: "package/a", size: "-1\0" }]), /cut off/],
  ["is a bomb", gzipSync(Buffer.alloc(300 * 1024 * 1024)), /larger than 256 MiB/],
])("an archive is refused where it %s", (_name, bytes, why) => {
  expect(() => unpack(bytes, temporaryFolder(), "npm:x")).toThrow(why);
});

test("an archive is refused where it holds too many files", () => {
  const members = Array.from({ length: 20_001 }, (_, index) => ({ name: `package/${index}` }));
  expect(() => unpack(packed(members), temporaryFolder(), "npm:x")).toThrow(/more than 20000 files/);
});

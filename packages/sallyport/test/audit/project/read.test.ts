// What a project may hold that is no readable source: it is named, it is no crash, and the rest is read.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { readProject } from "../../../src/audit/project/read.ts";
import { surfaceOf } from "../../../src/audit/project/surface.ts";
import { temporaryFolder } from "../../command.ts";
import { audited, type Files, OPEN_SERVER, whyNot, written } from "../written.ts";

const listed = (folder: string | readonly string[]): readonly string[] => readProject(folder, new Set([".ts", ".js", ".go"])).files.files;
const named = (folder: string) => readProject(folder, new Set([".ts", ".js", ".go"])).notRead;

/** What is not read by one who has no rights of an administrator, who would read everything. */
function namedByNobody(folder: string): unknown {
  const reader = pathToFileURL(join(import.meta.dirname, "../../../src/audit/project/read.ts")).href;
  // Loaded while the sources can surely be read, wherever they are.
  const program = `
    import { readProject } from ${JSON.stringify(reader)};
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
    const project = readProject(process.argv[1], new Set([".ts"]));
    for (const file of project.files.files) project.text(file);
    process.stdout.write(JSON.stringify(project.notRead));`;
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", program, folder], { encoding: "utf8" }));
}

describe("a file that cannot be read as it is", () => {
  const utf16 = (mark: readonly number[], text: string, swap: boolean): Buffer => {
    const body = Buffer.from(text, "utf16le");
    return Buffer.concat([Buffer.from(mark), swap ? body.swap16() : body]);
  };

  test.each([
    ["UTF-16, little end first", utf16([0xff, 0xfe], OPEN_SERVER, false)],
    ["UTF-16, big end first", utf16([0xfe, 0xff], OPEN_SERVER, true)],
    ["UTF-8 with a mark", Buffer.from(`\uFEFF${OPEN_SERVER}`)],
    ["Latin-1", Buffer.from(OPEN_SERVER.replace("shop", "Geschäft"), "latin1")],
    ["Windows' line ends", Buffer.from(OPEN_SERVER.replaceAll("\n", "\r\n"))],
  ])("is read in its encoding: %s", async (_name, bytes) => {
    const { findings } = await audited(written({ "server.ts": bytes }));
    expect(findings.map(({ rule, line }) => `${rule}:${line}`)).toContain("client-chosen-destination:9");
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ["binary", Buffer.from([0x47, 0, 1, 2, 3]), /not text/],
    ["a zero far down", `${"a();\n".repeat(5000)}\0`, /not text/],
    ["broken off", "export const a = {\n  b: (", /line \d+/],
  ])("is named with why: %s", async (_name, content, why) => {
    const result = await audited(written({ "server.ts": OPEN_SERVER, "other.ts": content }));
    expect(whyNot(result, "other.ts").join()).toMatch(why);
    expect(result.findings.length).toBeGreaterThan(0);
  });

  test("is named where it is too large, without being read", async () => {
    const folder = written({ "server.ts": OPEN_SERVER, "large.js": "" });
    truncateSync(join(folder, "large.js"), 50 * 1024 * 1024);
    const result = await audited(folder);
    expect(whyNot(result, "large.js")).toEqual(["larger than 4.0 MiB (50.0 MiB)"]);
    expect(result.findings.length).toBeGreaterThan(0);
  });

  test("is read where it is a bundle of one line", async () => {
    const bundle = OPEN_SERVER.replaceAll("\n", "");
    const { findings } = await audited(written({ "dist/index.js": bundle }));
    expect(findings.find(({ rule }) => rule === "client-chosen-destination")).toMatchObject({ line: 1, file: "dist/index.js" });
    for (const { excerpt } of findings) expect(excerpt?.length).toBeLessThanOrEqual(400);
  });

  test("is named where it is a pipe", () => {
    const folder = written({ "a.ts": "" });
    execFileSync("mkfifo", [join(folder, "b.ts")]);
    expect(named(folder)).toEqual([{ file: "b.ts", why: "it is neither file nor folder" }]);
  });
});

describe("links", () => {
  test("that lead in a circle, out, into libraries or nowhere are named", () => {
    const folder = written({ "src/a.ts": "", "node_modules/b/index.ts": "" });
    symlinkSync("..", join(folder, "src/up"));
    symlinkSync("src", join(folder, "src2"));
    symlinkSync("/etc", join(folder, "etc"));
    symlinkSync("/etc/hostname", join(folder, "readme"));
    symlinkSync("node_modules/b", join(folder, "b"));
    symlinkSync("loop.ts", join(folder, "loop.ts"));
    const why = Object.fromEntries(named(folder).map((one) => [one.file, one.why]));
    expect(listed(folder)).toEqual(["src/a.ts"]);
    expect(Object.keys(why).toSorted()).toEqual(["b", "etc", "loop.ts", "node_modules", "src/up"]);
    expect(why["src/up"]).toMatch(/holds it/);
    expect(why["etc"]).toMatch(/out of the project/);
    expect(why["b"]).toMatch(/not read/);
    expect(why["loop.ts"]).toMatch(/nowhere \(ELOOP\)/);
  });
});

describe("folders", () => {
  test("and files that cannot be read are named", () => {
    const folder = written({ "a.ts": "", "closed/b.ts": "", "shut.ts": "" });
    chmodSync(folder, 0o755);
    chmodSync(join(folder, "closed"), 0);
    chmodSync(join(folder, "shut.ts"), 0);
    onTestFinished(() => chmodSync(join(folder, "closed"), 0o700));
    expect(namedByNobody(folder)).toEqual([
      { file: "closed", why: "the folder cannot be read (EACCES)" },
      { file: "shut.ts", why: "it cannot be read (EACCES)" },
    ]);
  });

  test("that are too deep are named", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ...Array.from({ length: 70 }, () => "d")), { recursive: true });
    expect(named(folder).map(({ why }) => why)).toEqual(["folders are nested more than 60 deep"]);
  });

  test("of libraries and caches are named, once for each kind", () => {
    const folder = written({ "a.ts": "", "p/node_modules/x/i.js": "", "q/node_modules/x/i.js": "", ".git/HEAD": "" });
    expect(named(folder)).toEqual([
      { file: "p/node_modules", why: "installed libraries: what they do is known from models (and 1 more folders of this name)" },
    ]);
  });
});

describe("what was built", () => {
  test.each<[string, Files, readonly string[]]>([
    ["is left out beside its source", { "package.json": "{}", "src/a.ts": "", "dist/a.js": "" }, ["package.json", "src/a.ts"]],
    ["is read where there is no source", { "package.json": "{}", "dist/a.js": "" }, ["dist/a.js", "package.json"]],
    [
      "is read where only another package has sources",
      { "p/package.json": "", "p/dist/a.js": "", "q/package.json": "", "q/src/b.ts": "" },
      ["p/dist/a.js", "p/package.json", "q/package.json", "q/src/b.ts"],
    ],
    [
      "is not what stands in lib, where others write",
      { "package.json": "", "index.js": "", "lib/a.js": "" },
      ["index.js", "lib/a.js", "package.json"],
    ],
    ["is what stands in lib, where the same is written in TypeScript", { "src/a.ts": "", "lib/a.js": "" }, ["src/a.ts"]],
    ["is what Go has vendored", { "main.go": "", "vendor/x/y.go": "" }, ["main.go"]],
  ])("%s", (_name, files, kept) => {
    const folder = written(files);
    expect(listed(folder)).toEqual(kept);
    expect(named(folder).length > 0).toBe(kept.length < Object.keys(files).length);
  });
});

describe("paths", () => {
  test("a path that does not exist is an error that says so", () => {
    expect(() => listed(join(temporaryFolder(), "nothing"))).toThrow(/ENOENT/);
  });

  test("an empty project has nothing to grade", async () => {
    const { grade, findings, coverage } = await audited(temporaryFolder());
    expect([grade.letter, findings, coverage.files]).toEqual(["n/a", [], 0]);
  });

  test("one file is a project", async () => {
    const folder = written({ "src/server.ts": OPEN_SERVER, "src/other.ts": OPEN_SERVER });
    const { findings } = await audited(join(folder, "src/server.ts"));
    expect(new Set(findings.map(({ file }) => file))).toEqual(new Set(["server.ts"]));
  });

  test("several paths are one program, below the nearest folder that holds them", async () => {
    const folder = written({ "a/server.ts": OPEN_SERVER, "b/c/other.ts": OPEN_SERVER, "d.ts": OPEN_SERVER });
    const { findings } = await audited([join(folder, "a"), join(folder, "b/c/other.ts")]);
    expect([...new Set(findings.map(({ file }) => file))]).toEqual(["a/server.ts", "b/c/other.ts"]);
  });
});

test("files are named relative to the root that is given, which must hold them", async () => {
  const folder = written({ "a/b/server.ts": OPEN_SERVER });
  expect((await audited(join(folder, "a/b"), { root: folder })).findings[0]?.file).toBe("a/b/server.ts");
  await expect(audited(folder, { root: join(folder, "a") })).rejects.toMatchObject({ code: "ERR_AUDIT_PATH" });
});

test.each([
  ["src/server.ts", "product"],
  ["src/server.test.ts", "test"],
  ["test_server.py", "test"],
  ["examples/a.go", "example"],
  ["scripts/a.js", "script"],
  ["src/notes_pb2.py", "generated"],
])("%s is of the surface %s", (file, surface) => {
  expect(surfaceOf(file)).toBe(surface);
});

test("no name of a file makes finding its surface slow", () => {
  const started = performance.now();
  for (const part of ["test_", "jest.", "setup-tests", "a.test", "_pb2_grpc", ".", "/tests", "webpack.", "tools/scripts"])
    surfaceOf(`${part.repeat(20_000)}!`);
  expect(performance.now() - started).toBeLessThan(5000);
});

test("a file that grows into a pipe's place is not waited for", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.ts"), "");
  const project = readProject(folder, new Set([".ts"]));
  execFileSync("rm", [join(folder, "a.ts")]);
  execFileSync("mkfifo", [join(folder, "a.ts")]);
  expect(project.text("a.ts")).toBeUndefined();
  expect(project.notRead).toEqual([{ file: "a.ts", why: "it is not a file" }]);
});

test("what is written in other languages is named, and no A is given for it", async () => {
  const folder = written({
    "src/Server.java": "class Server {}\n",
    "src/Other.java": "class Other {}\n",
    "compose.yaml":
      "services:\n  kafka:\n    image: apache/kafka:4\n    ports: [9092]\n    environment:\n      KAFKA_LISTENERS: PLAINTEXT://:9092\n",
  });
  const found = await audited(folder);
  expect(whyNot(found, "src/Other.java")).toEqual(["and 1 more are written in Java: TypeScript, JavaScript, Python and Go are read"]);
  expect(found.findings.map(({ rule }) => rule)).toContain("open-broker");
  expect(found.grade.letter).toBe("n/a");
});

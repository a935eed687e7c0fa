// What the documents say and what is there, held together: error codes, paths, versions, sizes, threat ids.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../packages/guard/src/errors.ts";
import { RULES as AUDIT_RULES } from "../../packages/sallyport/src/audit/rules/index.ts";
import { citations, coverage, gapsOf, parseCatalogue, readCatalogue, readTests, unruled } from "../../scripts/threats.ts";
import { isSource, isText, listFiles, readText, ROOT } from "./files.ts";

const files = listFiles();
const MOST_LINES = 300;
/** Larger files, how large, and why. An entry that is no longer needed fails. */
const LARGER = new Map<string, { readonly most: number; readonly because: string }>([
  [
    "packages/sallyport/src/audit/ir/ir.ts",
    { most: 380, because: "the one language that all front-ends lower to, to be read in one piece" },
  ],
  ["packages/sallyport/src/audit/models/model.ts", { most: 350, because: "the vocabulary of all models, to be read in one piece" }],
]);

describe("error codes", () => {
  const sections = readText("docs/errors.md").split(/^### /m).slice(1);

  test("every code has a heading, every heading a code, in the same order", () => {
    expect(sections.map((section) => section.split("\n")[0])).toEqual([...ERROR_CODES]);
  });

  test("every code says what it means, why it happens and what to do", () => {
    const lacking = sections.filter(
      (section) => !/\*\*Meaning:\*\* .+\n- \*\*Likely cause:\*\* .+\n- \*\*What to do:\*\* .+/.test(section),
    );
    expect(lacking).toEqual([]);
  });
});

describe("paths", () => {
  const documents = files.filter((path) => /^(?:docs\/.+|README|ARCHITECTURE|CONTRIBUTING|SECURITY)\.md$|^docs\/.+\.md$/.test(path));

  test.each(documents)("%s names only paths that exist", (document) => {
    expect(pathsIn(readText(document)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("a path is told from other things in backticks", () => {
    const text =
      "`packages/guard/src`, `test/a.ts`, `docs/`, `npm test`, `LICENSE`, `.ci/run`, `note.created`, `packages/<name>`, `docs/*.md`";
    expect(pathsIn(text)).toEqual(["packages/guard/src", "test/a.ts", "docs/", "LICENSE", ".ci/run"]);
  });

  test("no file names a place on somebody's machine", () => {
    const machine = /(?<![\w.*-])\/(?:work|root)\//;
    expect(files.filter((path) => isText(path) && machine.test(readText(path)))).toEqual([]);
  });
});

describe("packages", () => {
  test("all have one version", () => {
    const manifests = files.filter((path) => /^(?:packages\/[^/]+\/)?package\.json$/.test(path));
    const versions = manifests.map((path) => (JSON.parse(readText(path)) as { version: string }).version);
    expect(manifests.length).toBeGreaterThan(1);
    expect(new Set(versions).size).toBe(1);
  });
});

describe("sizes", () => {
  const lines = new Map(files.filter(isSource).map((path) => [path, readText(path).trimEnd().split("\n").length]));

  test(`no source file is over ${MOST_LINES} lines, but for those that have a reason`, () => {
    expect([...lines].filter(([path, count]) => count > (LARGER.get(path)?.most ?? MOST_LINES))).toEqual([]);
  });

  test("every reason for a larger file is still needed", () => {
    expect([...LARGER.keys()].filter((path) => (lines.get(path) ?? 0) <= MOST_LINES)).toEqual([]);
  });
});

describe("threats", () => {
  const catalogue = readCatalogue();
  const ids = new Set(catalogue.map(({ id }) => id));

  test("every row has an id of its own, a title and at least one place", () => {
    expect(ids.size).toBe(catalogue.length);
    expect(catalogue.filter(({ title, where }) => title === "" || where.some((place) => !/^[GAP]$/.test(place)))).toEqual([]);
  });

  test("every threat that a test, a source or a document names is in the catalogue", () => {
    const naming = files.filter((path) => /\.(?:ts|md)$/.test(path) && !path.startsWith("test/house/"));
    const unknown = naming.flatMap((path) =>
      [...readText(path).matchAll(/\b(?:PUB|DST|REP|PSN|OPS)-\d\d\b/g)].filter(([id]) => !ids.has(id)).map(([id]) => `${path}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  test("each row names the rules of the audit that name it, in their order, and each row of the audit's has one", () => {
    const naming = (id: string): readonly string[] => AUDIT_RULES.filter((rule) => rule.threats.includes(id)).map((rule) => rule.id);
    expect(catalogue.map(({ id, rules }) => [id, ...rules])).toEqual(catalogue.map(({ id }) => [id, ...naming(id)]));
    expect(unruled(catalogue)).toEqual([]);
    expect(unruled([{ id: "a", title: "b", where: ["A"], rules: [] }])).toHaveLength(1);
  });

  test("tests are found", () => {
    expect(citations(readTests()).size).toBeGreaterThan(40);
  });

  test("a row of the guard's that no test names is a gap; others are not", () => {
    const rows = [
      "| id | threat | guard | where |",
      "|---|---|---|---|",
      "| PUB-01 | a | x | G A |",
      "| PUB-02 † | b | x | G |",
      "| OPS-03 | c | x | G |",
      "| OPS-04 | d | x | A P |",
    ];
    const id = "PUB-01"; // Apart from its brackets, so that this line is not taken for a test of the threat.
    const cited = citations(new Map([["a.test.ts", `test("[${id}] a law")`]]));
    const found = gapsOf(coverage(parseCatalogue(rows.join("\n")), cited));
    expect(found.map((gap) => [gap.id, gap.title])).toEqual([["PUB-02", "b"]]);
  });
});

describe("rules of the audit", () => {
  const home = "packages/sallyport/src/audit/rules";
  const folders = new Set(
    files.flatMap((path) =>
      path.startsWith(`${home}/`)
        ? path
            .slice(home.length + 1)
            .split("/")
            .slice(0, -1)
        : [],
    ),
  );

  test("each has a folder and a line in the index, and each folder a rule", () => {
    expect(AUDIT_RULES.map(({ id }) => id).toSorted()).toEqual([...folders].toSorted());
  });

  test("each has its page, and samples that are found and that are not", () => {
    expect([...folders].flatMap((folder) => lackingIn(folder, files, home))).toEqual([]);
    const one = ["rule.ts", "rule.md", "vulnerable.py"].map((name) => `${home}/a/${name}`);
    expect(lackingIn("a", one, home)).toEqual(["a lacks a safe sample"]);
  });
});

function lackingIn(folder: string, paths: readonly string[], home: string): readonly string[] {
  const inside = paths.filter((path) => path.startsWith(`${home}/${folder}/`)).map((path) => path.slice(home.length + folder.length + 2));
  const wanted: readonly (readonly [string, RegExp])[] = [
    ["rule.ts", /^rule\.ts$/],
    ["its page", /^rule\.md$/],
    ["a vulnerable sample", /^vulnerable[\w-]*\.(?:ts|py|go)$/],
    ["a safe sample", /^safe[\w-]*\.(?:ts|py|go)$/],
  ];
  return wanted.filter(([, name]) => !inside.some((file) => name.test(file))).map(([what]) => `${folder} lacks ${what}`);
}

/** What stands in backticks, or behind a relative link, and can only be a path of this repository. */
function pathsIn(markdown: string): readonly string[] {
  const quoted = [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const looksLikePath =
    /^(?:(?:packages|docs|test|scripts|examples|vectors|bench|\.ci)\/[\w./@-]*|[A-Z]+\.md|LICENSE|package\.json|[\w.]+\.config\.ts)$/;
  return quoted.filter((text) => looksLikePath.test(text));
}

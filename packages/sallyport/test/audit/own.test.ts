// The house's own servers, audited: in the article's wrong manner, in its correct manner, and guarded. What attacks carry
// out in the demonstration, the audit sees in the source.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { audited, OPEN_SERVER, written } from "./written.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const SERVERS = join(import.meta.dirname, "servers");
const DEMO = join(ROOT, "packages", "sallyport", "src", "demo");
/** A server, its worker, and the client and effects that they share. */
const target = (manner: string): readonly string[] =>
  ["targets/%-server.ts", "targets/%-worker.ts", "plain-broker.ts", "effects.ts"].map((file) => join(DEMO, file.replace("%", manner)));

type Audited = Awaited<ReturnType<typeof audited>>;

const opened = ({ findings }: Audited): ReadonlySet<string> => new Set(findings.flatMap(({ threats }) => threats));
const axes = ({ findings }: Audited): ReadonlySet<string> => new Set(findings.map(({ axis }) => axis));

test("a server in the wrong manner gets an F, with all four attacks found", async () => {
  const audit = await audited(join(SERVERS, "wrong"));
  expect(audit.grade.letter).toBe("F");
  expect([...axes(audit)]).toEqual(expect.arrayContaining(["injection", "confusion", "replay", "poison"]));
  expect([...opened(audit)]).toEqual(expect.arrayContaining(["PUB-01", "PUB-02", "DST-01", "REP-01", "REP-05", "PSN-01"]));
});

test("a server in the correct manner is found out on every hole of the article that its source can show", async () => {
  const audit = await audited(join(SERVERS, "correct"));
  const holes = ["PUB-03", "REP-02", "REP-03", "REP-04", "REP-05", "REP-06", "PSN-02", "PSN-03"];
  expect([...opened(audit)]).toEqual(expect.arrayContaining(holes));
  expect(opened(audit)).not.toContain("DST-01");
  expect(audit.grade.letter).toBe("F");
});

test("the demonstration's servers are found out through the client that they bring themselves", async () => {
  const [wrong, article] = [await audited(target("wrong")), await audited(target("article"))];
  expect([...opened(wrong)]).toEqual(expect.arrayContaining(["PUB-02", "DST-01", "REP-01"]));
  expect([...opened(article)]).toEqual(expect.arrayContaining(["PUB-03", "REP-03", "REP-04", "REP-06", "PSN-03"]));
  expect(opened(article)).not.toContain("DST-01");
});

test("the example of a guarded server has an A, and nothing is found", async () => {
  const { grade, findings, notRead } = await audited(join(ROOT, "examples", "own-server.ts"));
  expect([grade.letter, findings, notRead]).toEqual(["A", [], []]);
  expect(grade.axes.filter(({ score }) => score === null)).toEqual([]);
});

test("what is let in beside the guard is judged, and the guard's handlers are not asked for what it does", async () => {
  const example = readFileSync(join(ROOT, "examples", "own-server.ts"), "utf8");
  const beside = OPEN_SERVER.slice(OPEN_SERVER.indexOf("const producer"));
  const imports = OPEN_SERVER.split("\n").filter((line) => /Kafka/.test(line) && line.startsWith("import"));
  const { findings, coverage } = await audited(
    written({ "server.ts": [...imports, example, beside.replace("const server", "const open").replace("server.", "open.")].join("\n") }),
  );
  expect(coverage.tools.map(({ name }) => name)).toEqual(["bindTools", "publish"]);
  const rules = findings.map(({ rule }) => rule);
  expect(rules).toContain("client-chosen-destination");
  for (const asked of ["no-deduplication", "no-age-check", "unsigned-message", "unbounded-retry"]) expect(rules).not.toContain(asked);
});

/** The command of `npm run audit:self`, without what runs it. */
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };
const words = scripts["audit:self"]!.split(" -- audit ")[1]!.split(" ");
const ownPaths = words.slice(
  0,
  words.findIndex((word) => word.startsWith("--")),
);

test("this repository's own audit sees tools and consumers where they are, and finds nothing in them", async () => {
  const { findings, coverage, grade } = await audited(
    ownPaths.map((path) => join(ROOT, path)),
    { root: ROOT },
  );
  const seen = (places: readonly { readonly file: string }[]): readonly string[] => [...new Set(places.map(({ file }) => file))];
  expect(seen(coverage.tools)).toEqual([
    "examples/own-server.ts",
    "packages/sallyport/src/cli/audit/mcp.ts",
    "packages/server/src/serve/doors.ts",
  ]);
  expect(seen(coverage.consumers)).toEqual([
    "examples/own-server.ts",
    "packages/guard/src/sqs/queue.ts",
    "packages/server/src/work/work.ts",
  ]);
  expect(Object.values(coverage.brokerCalls).reduce((sum, calls) => sum + calls, 0)).toBeGreaterThan(0);
  expect(findings).toEqual([]);
  expect(grade.axes.map(({ letter }) => letter)).toEqual(["A", "A", "A", "A", "A"]);
});

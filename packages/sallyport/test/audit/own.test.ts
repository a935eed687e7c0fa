// The house's own servers, audited: in the article's wrong manner, in its correct manner, and guarded. What attacks carry
// out in the demonstration, the audit sees in the source.
import { join } from "node:path";
import { expect, test } from "vitest";
import { audited } from "./written.ts";

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
});

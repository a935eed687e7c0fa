// The house's own servers, audited: what attacks carry out in the demonstration, the audit sees in the source. The rules
// about payloads, replay and poison of these targets have their assertions where those rules are.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { audited, OPEN_SERVER, written } from "./written.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const DEMO = join(ROOT, "packages", "sallyport", "src", "demo");
/** A server, its worker, and the client and effects that they share. */
const target = (manner: string): readonly string[] =>
  ["targets/%-server.ts", "targets/%-worker.ts", "plain-broker.ts", "effects.ts"].map((file) => join(DEMO, file.replace("%", manner)));

const opened = ({ findings }: Awaited<ReturnType<typeof audited>>): readonly string[] => [
  ...new Set(findings.flatMap(({ threats }) => threats)),
];

test("the server in the wrong manner lets the model choose the topic (DST-01)", async () => {
  const audit = await audited(target("wrong"));
  expect(opened(audit)).toContain("DST-01");
  expect(["A", "B", "n/a"]).not.toContain(audit.grade.letter);
  expect(audit.coverage.tools.length).toBeGreaterThan(0);
  expect(audit.coverage.consumers.length).toBeGreaterThan(0);
});

test("the server in the correct manner does not: its topics come from a map", async () => {
  expect(opened(await audited(target("article")))).not.toContain("DST-01");
});

test("the example of a guarded server has an A, and nothing is found", async () => {
  const { grade, findings, notRead } = await audited(join(ROOT, "examples", "own-server.ts"));
  expect([grade.letter, findings, notRead]).toEqual(["A", [], []]);
});

test("the README's example is found out as the README says", async () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  expect(readme).toContain(`\`\`\`ts\n${OPEN_SERVER}\`\`\`\n\nIt has six findings and a D.`);
  const { grade, findings } = await audited(written({ "server.ts": OPEN_SERVER }));
  expect([grade.letter, findings.length]).toEqual(["D", 6]);
  const [{ rule, threats, confidence, line, column, message } = expect.fail()] = findings;
  expect(readme).toContain(`${rule} · ${threats.join(" ")} · confidence ${confidence}\n   server.ts:${line}:${column}\n\n   ${message}`);
});

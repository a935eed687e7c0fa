// The probe on the command line: reports in every format, a case run again, a dry run, an interrupt that leaves nothing
// behind, hosts that are refused; and with the audit, in one report.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Audit } from "../../src/finding/report-data.ts";
import { run, start, temporaryFolder } from "../command.ts";
import { wrong } from "../probe/subjects.ts";

const DEMO = join(import.meta.dirname, "..", "..", "src", "demo");

function profileFile(folder: string): string {
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, JSON.stringify(wrong()));
  return file;
}

const leftBehind = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.startsWith("sallyport-probe-"));

/** Of the probe's own processes, by the mark that they bear. */
const marked = (mark: string): readonly string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
    } catch {
      return false;
    }
  });

test("what was proven is in every report, and a case can be run again by what they say", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const files = ["report.json", "report.sarif", "report.md", "report.html", "report.txt"].map((name) => join(folder, name));
  const options = ["--profile", profileFile(folder), "--only", "chosen-destination", "--seed", "cli"];
  const { code, stderr } = await run(["probe", ...options, ...files.flatMap((file) => ["-o", file])]);
  expect(code, stderr).toBe(1);
  const report = JSON.parse(readFileSync(files[0]!, "utf8")) as Audit;
  const [verdict] = report.probe?.verdicts ?? [];
  const proven = verdict?.cases.find(({ ruling }) => ruling === "proven");
  expect(verdict?.ruling).toBe("proven");
  expect(report.findings[0]).toMatchObject({ rule: "chosen-destination", threats: ["DST-01"], file: "tools/publish_to_topic" });
  expect(proven?.evidence.map(({ what }) => what)).toEqual(["called", "answered", "seen"]);
  expect(proven?.reproduce[1]).toContain('"name":"publish_to_topic"');
  const sarif = JSON.parse(readFileSync(files[1]!, "utf8"));
  expect(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("tools/publish_to_topic");
  for (const file of files.slice(2)) expect(readFileSync(file, "utf8"), file).toMatch(/Sallyport probe[\s\S]*chosen-destination/);

  const one = ["--only", "chosen-destination", "--case", String(proven?.number), "--seed", "cli"];
  const again = await run(["probe", "--profile", options[1]!, ...one, "--format", "json"]);
  const [same] = (JSON.parse(again.stdout) as Audit).probe?.verdicts ?? [];
  expect(same?.cases).toHaveLength(1);
  expect(same?.cases[0]?.said).toBe(proven?.said);
});

test("a dry run says what would be sent, and calls no tool", { timeout: 60_000 }, async () => {
  const { code, stdout } = await run(["probe", "--profile", profileFile(temporaryFolder()), "--dry-run", "--format", "json"]);
  const { probe } = JSON.parse(stdout) as Audit;
  const cases = probe?.verdicts.flatMap((verdict) => verdict.cases) ?? [];
  expect(code).toBe(0);
  expect(cases.length).toBeGreaterThan(40);
  for (const { said, evidence } of cases) {
    expect(said).toMatch(/^would send /);
    expect(evidence).toEqual([]);
  }
});

test("an interrupt ends everything that was started", { timeout: 60_000 }, async () => {
  // Its own, since other probes may run on this machine.
  const TMPDIR = temporaryFolder();
  const probe = start(["probe", "--profile", profileFile(temporaryFolder()), "--seed", "stop"], { TMPDIR });
  const mark = `SALLYPORT_PROBE=${probe.child.pid}-`;
  await expect.poll(() => marked(mark).length, { timeout: 30_000 }).toBeGreaterThan(2);
  expect(leftBehind(TMPDIR).length).toBeGreaterThan(0);
  const { code, stderr } = await probe.stop("SIGINT");
  expect(stderr).toContain("Interrupted. Everything that was started has been ended.");
  expect(code).toBe(130);
  expect(marked(mark)).toEqual([]);
  expect(leftBehind(TMPDIR)).toEqual([]);
});

test("another host is refused unless it is said to be the user's", async () => {
  const refused = await run(["probe", "--url", "http://example.invalid/mcp"]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("example.invalid is not this machine");
  const broker = await run(["probe", "--broker", "redis", "--broker-url", "redis://broker.example.invalid:6379", "--", "true"]);
  expect(broker.stderr).toContain("broker.example.invalid is not this machine");
});

test.each([
  [["probe"], "there is no server to probe"],
  [["probe", "--only", "no-such-attack", "--", "true"], "there is no attack no-such-attack"],
  [["probe", "--broker", "pigeons", "--", "true"], "the probe has no tap for pigeons"],
  [["probe", "--profile", "nowhere", "--", "true"], "there is no such profile"],
])("%j is refused, with what to do", async (args, said) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
});

test("audit and probe in one report: findings say that they were proven", { timeout: 120_000 }, async () => {
  const attacks = ["--only", "chosen-destination", "flood", "server-fields"];
  const { code, stdout, stderr } = await run(["check", DEMO, "--profile", profileFile(temporaryFolder()), ...attacks, "--format", "json"]);
  expect(code, stderr).toBe(1);
  const { findings, probe, coverage } = JSON.parse(stdout) as Audit;
  const noteOf = (rule: string): string => findings.find((finding) => finding.rule === rule)?.notes[0] ?? "";
  expect(coverage.files).toBeGreaterThan(10);
  expect(probe?.verdicts).toHaveLength(3);
  expect(noteOf("client-chosen-destination")).toContain("Proven by the probe (chosen-destination, case");
  expect(noteOf("unlimited-publish")).toContain("Proven by the probe (flood, case");
  expect(findings.map(({ rule }) => rule)).not.toContain("chosen-destination");
});

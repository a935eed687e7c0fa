// The commands around a report, run in this process.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, type CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { explainCommand } from "../../src/cli/explain.ts";
import { type GivenReportOptions, report, withReportOptions } from "../../src/cli/report-options.ts";
import { rulesCommand } from "../../src/cli/rules.ts";
import { audit, clean, options, RULES } from "./made-up.ts";

let said: string;
let folder: string;
beforeEach(() => {
  said = "";
  folder = mkdtempSync(join(tmpdir(), "sallyport-report-"));
  const say = (text: unknown): boolean => ((said += `${String(text)}\n`), true);
  vi.spyOn(console, "log").mockImplementation(say);
  vi.spyOn(console, "error").mockImplementation(say);
  vi.spyOn(process.stdout, "write").mockImplementation(say);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

const audited = async (args: readonly string[], made = audit()): Promise<string | number | null | undefined> => {
  const { rules, sourceOf } = options();
  const reported = { rules: () => Promise.resolve(rules), sourceOf };
  const command = withReportOptions(new Command("audit")).action((given: GivenReportOptions) => report(made, given, reported));
  await command.configureOutput({ writeErr: (text) => (said += text) }).parseAsync(args, { from: "user" });
  return process.exitCode;
};

describe("a command that reports", () => {
  test("writes the terminal report and ends with 1, since a critical finding is at or above high", async () => {
    expect(await audited([])).toBe(1);
    expect(said).toContain("The agent names the topic");
  });

  test.each([
    [["--fail-on", "never"], 0],
    [["--fail-on", "critical"], 1],
  ])("ends as %j asks", async (args, code) => expect(await audited(args)).toBe(code));

  test("ends with 0 when nothing was found", async () => expect(await audited([], clean())).toBe(0));

  test("writes files in the formats of their endings, and the verdict beside them", async () => {
    const [sarif, html] = [join(folder, "a.sarif"), join(folder, "a.html")];
    await audited(["-o", sarif, "--output", html]);
    expect(JSON.parse(readFileSync(sarif, "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(readFileSync(html, "utf8")).toMatch(/^<!doctype html>/);
    expect(said).toContain("F: 3 findings.");
  });

  test("writes the format that was asked for, whatever the ending", async () => {
    await audited(["--format", "json", "-o", join(folder, "a.txt")]);
    expect(JSON.parse(readFileSync(join(folder, "a.txt"), "utf8"))).toMatchObject({ schema: 1 });
    await audited(["--format", "json"]);
    expect(said).toContain('"schema": 1');
  });

  test.each([[["--format", "pdf"]], [["--fail-on", "bad"]], [["--outptu", "a"]]])("ends with 2 on %j", async (args) => {
    const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${String(code)}`);
    });
    await expect(audited(args)).rejects.toThrow("exit 2");
    expect(exit).toHaveBeenCalledWith(2);
    expect(existsSync(join(folder, "a"))).toBe(false);
  });
});

describe("explain", () => {
  const explain = (name: string) =>
    explainCommand(() => RULES)
      .exitOverride()
      .configureOutput({ writeErr: (text) => (said += text) })
      .parse([name], { from: "user" });

  test.each(["client-chosen-topic", "DST-01", "dst-01"])("says the page of %s", (name) => {
    explain(name);
    expect(said).toContain("# The agent names the topic");
    expect(said).toContain("Rule: client-chosen-topic · DST-01 · axis confusion · severity critical");
  });

  test("of a rule that does not exist ends with 2 and names those that are near", () => {
    const refusal = (name: string): unknown => {
      try {
        return explain(name);
      } catch (error) {
        return (error as CommanderError).exitCode;
      }
    };
    expect(refusal("agent-chosen-topic\u001b[2J")).toBe(2);
    expect(said).toContain("there is no rule agent-chosen-topic\\u{1b}[2J. Perhaps client-chosen-topic.");
    expect(refusal("xyz")).toBe(2);
    expect(said).toContain("sallyport rules lists all.");
  });
});

describe("rules", () => {
  test("are listed by axis", () => {
    rulesCommand(() => RULES).parse([], { from: "user" });
    expect(said).toMatchInlineSnapshot(`
      "Message injection
        ungoverned-payload     high      The agent publishes anything (PUB-02)

      Topic confusion
        client-chosen-topic    critical  The agent names the topic (DST-01)

      Poison messages
        requeue-without-limit  high      Retried without end (PSN-01 PSN-02)

      sallyport explain RULE says more about one.
      "
    `);
  });

  test("are JSON when asked for", () => {
    rulesCommand(() => RULES).parse(["--json"], { from: "user" });
    expect(JSON.parse(said)).toMatchObject([{ id: "client-chosen-topic", axis: "confusion" }, {}, {}]);
    expect(said).not.toContain('"page"');
  });
});

// One run of the audit on the command line: target, audit, baseline, report. What could not run ends with 2, always.
import { writeFileSync } from "node:fs";
import { AuditError, reasonOf } from "../../audit/failure.ts";
import { rootOf } from "../../audit/project/read.ts";
import { openTarget } from "../../audit/targets/target.ts";
import { WATCH, watchedAudit } from "../../audit/watch/watch.ts";
import type { SourceOf } from "../../finding/fingerprint.ts";
import type { Audit, RuleInfo } from "../../finding/report-data.ts";
import { escaped } from "../../report/escape.ts";
import { EXIT, exitCode } from "../../report/verdict.ts";
import { report } from "../report-options.ts";
import type { AuditOptions } from "./options.ts";
import { sourcesIn } from "./sources.ts";
import { progressOn } from "./progress.ts";

export async function runAudit(targets: readonly string[], options: AuditOptions): Promise<void> {
  try {
    if (options.mcp === true) await serve(targets);
    else await auditOnce(targets, options);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    console.error(`${error.code}: ${escaped(error.message)}`);
    process.exitCode = EXIT.couldNotRun;
  }
}

async function serve(folders: readonly string[]): Promise<void> {
  const { serveAudit } = await import("./mcp.ts");
  await serveAudit(folders);
}

async function auditOnce(targets: readonly string[], options: AuditOptions): Promise<void> {
  const target = await openTarget(targets);
  const progress = progressOn(process.stderr, options.quiet !== true);
  try {
    const { baseline, config, root, since, tests = false, timeout } = options;
    const { paths, name, foreign, notRead } = target;
    const today = new Date().toISOString().slice(0, 10);
    const request = { paths, target: name, today, root, foreign, notRead, baseline, config, since, tests };
    const audit = await watchedAudit(request, { ...WATCH, timeoutMs: timeout * 1000, onProgress: progress.show });
    progress.clear();
    await tell(audit, options, sourcesIn(rootOf(paths, root)));
  } finally {
    progress.clear();
    target.dispose();
  }
}

const pages = async (): Promise<readonly RuleInfo[]> => (await import("../../audit/rules/pages.ts")).rulePages();

async function tell(audit: Audit, options: AuditOptions, sourceOf: SourceOf): Promise<void> {
  if (!options.colour || !options.color) process.env["NO_COLOR"] = "1";
  const { format = "text", output = [], failOn, quiet, writeBaseline } = options;
  const isSilent = quiet === true && format === "text" && output.length === 0 && exitCode(audit, failOn) === EXIT.below;
  try {
    if (!isSilent) await report(audit, options, { rules: pages, sourceOf });
    if (writeBaseline === undefined) return;
    const baseline = await import("../../finding/baseline.ts");
    writeFileSync(writeBaseline, baseline.writeBaseline(audit.findings));
    process.exitCode = EXIT.below;
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error && "path" in error)) throw error;
    throw new AuditError("ERR_AUDIT_OPTION", `the file cannot be written (${reasonOf(error)})`, {
      place: String(error.path),
      remedy: "Give a file in a folder that exists and can be written to.",
    });
  }
}

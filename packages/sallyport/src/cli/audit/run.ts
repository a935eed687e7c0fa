// One run of the audit on the command line: target, audit, baseline, reports, and what it ends with.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AuditError, reasonOf } from "../../audit/failure.ts";
import { rootOf } from "../../audit/project/read.ts";
import { readText } from "../../audit/project/text.ts";
import { rulePages } from "../../audit/rules/pages.ts";
import { openTarget } from "../../audit/targets/target.ts";
import { WATCH, watchedAudit } from "../../audit/watch/watch.ts";
import type { Audit } from "../../finding/report-data.ts";
import { type Format, formatOf, REPORTS } from "../../report/index.ts";
import type { ReportOptions } from "../../report/report.ts";
import { EXIT, exitCode, type FailOn } from "../../report/verdict.ts";
import type { AuditOptions } from "../audit.ts";
import { progressOn } from "./progress.ts";

/** What the process ends with. */
export async function runAudit(targets: readonly string[], options: AuditOptions): Promise<number> {
  try {
    if (options.mcp === true) return await serve(targets);
    return await auditOnce(targets, options);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return EXIT.couldNotRun;
  }
}

async function serve(folders: readonly string[]): Promise<number> {
  const { serveAudit } = await import("./mcp.ts");
  await serveAudit(folders);
  return EXIT.below;
}

async function auditOnce(targets: readonly string[], options: AuditOptions): Promise<number> {
  const outputs = outputsOf(options);
  const target = await openTarget(targets);
  const progress = progressOn(process.stderr, options.quiet !== true);
  try {
    const { baseline, config, since, tests = false, timeout } = options;
    const { paths, name, foreign, notRead } = target;
    const today = new Date().toISOString().slice(0, 10);
    const request = { paths, target: name, today, foreign, notRead, baseline, config, since, tests };
    const audit = await watchedAudit(request, { ...WATCH, timeoutMs: timeout * 1000, onProgress: progress.show });
    progress.clear();
    return await report(audit, outputs, rootOf(paths), options);
  } finally {
    progress.clear();
    target.dispose();
  }
}

interface Output {
  readonly format: Format;
  /** Absent: standard output. */
  readonly file: string | undefined;
}

/** The first `--output` is for the first `--format`, and so on; what is left over of either stands alone. */
function outputsOf({ format, output }: AuditOptions): readonly Output[] {
  const formats = format as readonly Format[];
  const refuse = (what: string, place: string): AuditError =>
    new AuditError("ERR_AUDIT_OPTION", what, { place, remedy: "Give each --output a --format before it, or an ending that says it." });
  const outputs = Array.from({ length: Math.max(formats.length, output.length, 1) }, (_, index): Output => {
    const file = output[index];
    const asked = formats[index] ?? (file === undefined ? "text" : formatOf(file));
    if (asked === undefined) throw refuse("nothing says which format that file should have", file ?? "--output");
    return { format: asked, file };
  });
  if (outputs.filter(({ file }) => file === undefined).length > 1)
    throw refuse("two reports would be written to standard output", "--format");
  return outputs;
}

async function report(
  audit: Audit,
  outputs: readonly Output[],
  root: string,
  { quiet, writeBaseline: baseline, failOn, ...colours }: AuditOptions,
): Promise<number> {
  const sources = sourcesIn(root);
  const rules = rulePages();
  for (const { format, file } of outputs) {
    const isTerminal = file === undefined && process.stdout.isTTY;
    const options: ReportOptions = {
      rules,
      sourceOf: sources,
      colour: isTerminal && wantsColour(colours),
      width: isTerminal ? process.stdout.columns : 100,
    };
    const text = REPORTS[format].write(audit, options);
    if (file !== undefined) write(file, text);
    else if (quiet !== true || format !== "text" || audit.findings.length > 0) process.stdout.write(text);
  }
  if (baseline === undefined) return exitCode(audit, failOn as FailOn);
  const { writeBaseline } = await import("../../finding/baseline.ts");
  write(baseline, writeBaseline(audit.findings));
  return EXIT.below;
}

const wantsColour = ({ colour, color }: Pick<AuditOptions, "colour" | "color">): boolean =>
  colour !== false && color !== false && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new AuditError("ERR_AUDIT_OPTION", `the file cannot be written (${reasonOf(error)})`, {
      place: file,
      remedy: "Give a file in a folder that exists and can be written to.",
    });
  }
}

function sourcesIn(root: string): ReportOptions["sourceOf"] {
  const sources = new Map<string, string | undefined>();
  return (file) => {
    if (!sources.has(file)) {
      const read = readText(join(root, file));
      sources.set(file, "text" in read ? read.text : undefined);
    }
    return sources.get(file);
  };
}

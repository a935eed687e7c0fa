// One run of both. The audit comes first: it takes no time, and what cannot be read need not be started.
import { rootOf } from "../../audit/project/read.ts";
import { rulePages } from "../../audit/rules/pages.ts";
import { WATCH, watchedAudit } from "../../audit/watch/watch.ts";
import { AuditError } from "../../audit/failure.ts";
import { joined } from "../../finding/joined.ts";
import { attackPages } from "../../probe/document.ts";
import { escaped } from "../../report/escape.ts";
import { EXIT } from "../../report/verdict.ts";
import { sourcesIn } from "../audit/sources.ts";
import type { ProbeRunOptions } from "../probe/options.ts";
import { probedDocument } from "../probe/run.ts";
import { type GivenReportOptions, report } from "../report-options.ts";

export type CheckOptions = ProbeRunOptions & GivenReportOptions & { readonly config?: string };

export async function runCheck(path: string, command: readonly string[], options: CheckOptions): Promise<void> {
  try {
    const today = new Date().toISOString().slice(0, 10);
    const audit = await watchedAudit({ paths: [path], target: path, today, config: options.config }, WATCH);
    const probed = await probedDocument(command, options);
    if (probed === undefined) return;
    await report(joined(audit, probed), options, {
      rules: () => Promise.resolve([...rulePages(), ...attackPages()]),
      sourceOf: sourcesIn(rootOf([path])),
    });
    if (probed.probe?.failure !== undefined) process.exitCode = EXIT.couldNotRun;
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    console.error(`${error.code}: ${escaped(error.message)}`);
    process.exitCode = EXIT.couldNotRun;
  }
}

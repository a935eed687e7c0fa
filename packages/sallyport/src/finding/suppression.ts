// Remarks in the source that accept a finding: `// sallyport-ignore RULE[, RULE]: reason`, also behind `#`. On a line of
// its own a remark is for the next line of code, else for its own line. Without a reason or with a rule that does not
// exist it accepts nothing, and that is said: a remark that silently does not work is worse than none.
import type { Finding } from "./finding.ts";
import type { Note } from "./report-data.ts";

export interface Remark {
  readonly file: string;
  /** Where it stands. */
  readonly line: number;
  /** The line that it is for. */
  readonly target: number;
  readonly rules: readonly string[];
  readonly reason: string;
}

export interface Remarks {
  readonly remarks: readonly Remark[];
  readonly notes: readonly Note[];
}

const MARK = "sallyport-ignore";
const REMARK = /^(?<before>.*?)(?:\/\/|\/\*|#)[ \t]*sallyport-ignore\b(?<rest>.*)$/;
const COMMENT = /^[ \t]*(?:\/\/|#|\/?\*|$)/;

export function readRemarks(file: string, source: string, knownRules: ReadonlySet<string>): Remarks {
  if (!source.includes(MARK)) return { remarks: [], notes: [] };
  const lines = source.split(/\r?\n/);
  const remarks: Remark[] = [];
  const notes: Note[] = [];
  for (const [index, text] of lines.entries()) {
    const written = writtenOn(text);
    if (written === undefined) continue;
    const line = index + 1;
    const { rules, reason, faults } = judged(written.rest, knownRules);
    notes.push(...faults.map((what) => ({ file, line, what })));
    if (rules.length > 0 && reason !== "") remarks.push({ file, line, target: targetOf(lines, index, written.alone), rules, reason });
  }
  return { remarks, notes };
}

function writtenOn(text: string): { readonly rest: string; readonly alone: boolean } | undefined {
  if (!text.includes(MARK)) return undefined;
  const { before, rest } = REMARK.exec(text)?.groups ?? {};
  if (before === undefined || rest === undefined || isInsideQuotes(before)) return undefined;
  return { rest, alone: before.trim() === "" };
}

/** A remark in a string is text. An odd number of one kind of quote before it is taken for an open string. */
function isInsideQuotes(before: string): boolean {
  return [`"`, `'`, "`"].some((quote) => before.replaceAll(/\\./g, "").split(quote).length % 2 === 0);
}

function judged(rest: string, knownRules: ReadonlySet<string>) {
  const colon = rest.indexOf(":");
  const named = (colon < 0 ? rest : rest.slice(0, colon)).replace(/\*\/\s*$/, "");
  const reason =
    colon < 0
      ? ""
      : rest
          .slice(colon + 1)
          .replace(/\*\/\s*$/, "")
          .trim();
  const ids = named.split(/[\s,]+/).filter((id) => id !== "");
  const faults = ids.filter((id) => !knownRules.has(id)).map((id) => `${MARK} names a rule that does not exist: ${id}`);
  if (ids.length === 0) faults.push(`${MARK} names no rule; write ${MARK} RULE: reason`);
  if (reason === "") faults.push(`${MARK} gives no reason, so it accepts nothing; write ${MARK} RULE: reason`);
  return { rules: ids.filter((id) => knownRules.has(id)), reason, faults };
}

/** Over further comments and empty lines, so that several remarks can stand above one line. */
function targetOf(lines: readonly string[], index: number, alone: boolean): number {
  if (!alone) return index + 1;
  let next = index + 1;
  while (next < lines.length - 1 && COMMENT.test(lines[next]!)) next += 1;
  return next + 1;
}

/** Marks what the remarks accept; names the rules of remarks that had nothing to accept. */
export function applyRemarks(findings: readonly Finding[], remarks: readonly Remark[]): { findings: Finding[]; notes: Note[] } {
  const used = new Set<string>();
  const byPlace = new Map<string, Remark>();
  for (const remark of remarks) for (const rule of remark.rules) byPlace.set(placeOf(remark.file, remark.target, rule), remark);
  const judgedFindings = findings.map((finding): Finding => {
    const remark = byPlace.get(placeOf(finding.file, finding.line, finding.rule));
    if (remark === undefined) return finding;
    used.add(placeOf(remark.file, remark.line, finding.rule));
    return finding.accepted === undefined ? { ...finding, accepted: { by: "inline", reason: remark.reason } } : finding;
  });
  const notes = remarks.flatMap(({ file, line, rules }) =>
    rules
      .filter((rule) => !used.has(placeOf(file, line, rule)))
      .map((rule) => ({ file, line, what: `${MARK} ${rule} accepts nothing: there is no such finding on its line. Take it out.` })),
  );
  return { findings: judgedFindings, notes };
}

const placeOf = (file: string, line: number, rule: string): string => JSON.stringify([file, line, rule]);

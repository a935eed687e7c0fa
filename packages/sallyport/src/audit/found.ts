// Makes findings of what rules say. It refuses what is incomplete: a finding without place, reason or remedy is a fault
// of a rule, and must not reach a report.
import type { Finding, Step, Surface } from "../finding/finding.ts";
import { type SourceOf, withFingerprints } from "../finding/fingerprint.ts";
import { standardsOf } from "../finding/standards.ts";
import type { Analysis } from "./engine/interpreter.ts";
import { type Step as EngineStep, stepsOf } from "./engine/taint.ts";
import type { Infrastructure } from "./infrastructure/stated.ts";
import type { Place, Spans } from "./ir/ir.ts";
import { at as placeAt, columnOf, lineOf } from "./ir/place.ts";
import type { Draft, Rule } from "./rules/rule.ts";

export interface Seen {
  readonly surfaceOf: (file: string) => Surface;
  readonly sourceOf: SourceOf;
  readonly infrastructure: Infrastructure;
  /** From where to where it goes, what stands at a place of a file. */
  readonly spansOf?: (file: string) => Spans | undefined;
}

/** One finding of a rule at a place: what is said first is said; what others know in addition is noted. */
export function judge(rules: readonly Rule[], analyses: readonly Analysis[], seen: Seen): readonly Finding[] {
  const found = new Map<string, Omit<Finding, "fingerprint">>();
  const take = (rule: Rule, drafts: Iterable<Draft> = []): void => {
    for (const draft of drafts) {
      const finding = findingOf(rule, draft, seen);
      const key = JSON.stringify([finding.rule, finding.file, finding.line]);
      const other = found.get(key);
      found.set(key, other === undefined ? finding : both(other, finding));
    }
  };
  for (const analysis of analyses) for (const rule of rules) take(rule, rule.judge(analysis, seen.infrastructure));
  for (const rule of rules) take(rule, rule.inspect?.(seen.infrastructure));
  return withFingerprints([...found.values()], seen.sourceOf).map((finding) => spanned(finding, seen));
}

/**
 * The engine knows calls by the names that are called, of which no two are in one place; a person looks for where a call
 * begins. Fingerprints keep to the names: in a bundle, what stands before them is another with each build.
 */
function spanned(finding: Finding, { spansOf = () => undefined }: Seen): Finding {
  const spanOf = ({ file, line, column }: Pick<Step, "file" | "line" | "column">) => spansOf(file)?.get(placeAt(line, column));
  const moved = <T extends Pick<Step, "file" | "line" | "column">>(one: T): T => {
    const span = spanOf(one);
    return span === undefined || lineOf(span.start) !== one.line ? one : { ...one, column: columnOf(span.start) };
  };
  const end = spanOf(finding)?.end;
  return {
    ...moved(finding),
    ...(end !== undefined && { endLine: lineOf(end), endColumn: columnOf(end) }),
    path: finding.path.map(moved),
  };
}

const CONFIDENT = ["high", "medium", "low"];
const SEVERE = ["critical", "high", "medium", "low", "note"];

/** The worse and surer of the two speaks; both count among the threats. */
function both(one: Omit<Finding, "fingerprint">, other: Omit<Finding, "fingerprint">): Omit<Finding, "fingerprint"> {
  const weight = ({ severity, confidence, status }: Omit<Finding, "fingerprint">): number =>
    SEVERE.indexOf(severity) * 10 + CONFIDENT.indexOf(confidence) + (status === "found" ? 0 : 5);
  const [first, second] = weight(other) < weight(one) ? [other, one] : [one, other];
  const threats = [...new Set([...first.threats, ...second.threats])].toSorted();
  return { ...first, threats, standards: standardsOf(threats), notes: [...new Set([...first.notes, ...second.notes])] };
}

function findingOf(rule: Rule, draft: Draft, { surfaceOf, sourceOf }: Seen): Omit<Finding, "fingerprint"> {
  const { file, line, column } = placeOf(draft.file, draft.at);
  const threats = draft.threats ?? rule.threats;
  const finding = {
    rule: rule.id,
    threats,
    axis: rule.axis,
    severity: draft.severity ?? rule.severity,
    confidence: draft.confidence ?? ("high" as const),
    surface: surfaceOf(file),
    file,
    line,
    column,
    message: draft.message,
    notes: draft.notes ?? [],
    path: stepsOf(draft.way).map(shown),
    fix: rule.fix,
    standards: standardsOf(threats),
    status: draft.status ?? ("found" as const),
    excerpt: excerptOf(sourceOf(file), line, column),
  };
  const lacking = lackOf(finding);
  if (lacking !== undefined) throw new Error(`The rule ${rule.id} gave a finding ${lacking} (${file}:${line})`);
  return finding;
}

function lackOf({ file, line, column, message, fix, threats, excerpt }: Omit<Finding, "fingerprint">): string | undefined {
  if (file === "" || !(line >= 1) || !(column >= 1)) return "without a place";
  if (excerpt === undefined) return "on a line that its file does not have";
  if (message.trim() === "") return "that says nothing";
  if (fix.trim() === "") return "without a remedy";
  return threats.length === 0 ? "without a threat" : undefined;
}

const placeOf = (file: string, at: Place) => ({ file, line: lineOf(at), column: columnOf(at) });

const shown = ({ file, at, what }: EngineStep): Step => ({ ...placeOf(file, at), what });

const MOST_EXCERPT = 400;

/** Of a long line, as in bundles, the part around the column. */
function excerptOf(source: string | undefined, line: number, column: number): string | undefined {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    start = (source?.indexOf("\n", start) ?? -1) + 1;
    if (start === 0) return undefined;
  }
  if (source === undefined) return undefined;
  const end = source.indexOf("\n", start);
  const text = source.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
  if (text.length <= MOST_EXCERPT) return text;
  const from = Math.max(0, column - 1 - MOST_EXCERPT / 2);
  return text.slice(from, from + MOST_EXCERPT);
}

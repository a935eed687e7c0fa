// Names a finding so that it is known again after unrelated edits, for baselines, accepted findings and code scanning.
// What is hashed: the rule, the file's own name, and the statement it stands on without its formatting. What is not, and
// so may change: line numbers, other code, the folder, white space, comments. Where these agree, a number is counted on,
// in order of place; the wording of messages and paths is left out, since it changes with our releases.
import { createHash } from "node:crypto";
import type { Finding } from "./finding.ts";
import { inOrder } from "./scale.ts";
import { type StatementAt, statementsOf } from "./statement.ts";

export type Unnamed = Omit<Finding, "fingerprint">;
export type SourceOf = (file: string) => string | undefined;

/** Hexadecimal digits: with ten thousand findings, two of them agree by chance once in 10^11 times. */
export const FINGERPRINT_LENGTH = 16;

export function withFingerprints(findings: readonly Unnamed[], sourceOf: SourceOf): Finding[] {
  const met = new Map<string, number>();
  const statements = new Map<string, StatementAt>();
  const statementOf = ({ file, line, column, excerpt }: Unnamed): string => {
    const source = sourceOf(file);
    if (source === undefined) return statementsOf(excerpt ?? "", file)(1, 1);
    if (!statements.has(file)) statements.set(file, statementsOf(source, file));
    return statements.get(file)!(line, column);
  };
  return inOrder(findings).map((finding) => {
    const identity = identityOf(finding, statementOf(finding));
    const number = (met.get(identity) ?? 0) + 1;
    met.set(identity, number);
    return { ...finding, fingerprint: fingerprintOf(identity, number) };
  });
}

/** A JSON array, so that no two tuples read alike. */
const identityOf = ({ rule, file }: Unnamed, statement: string): string =>
  JSON.stringify([rule, file.slice(file.lastIndexOf("/") + 1), statement]);

function fingerprintOf(identity: string, number: number): string {
  return createHash("sha256").update(`${identity}\n${number}`).digest("hex").slice(0, FINGERPRINT_LENGTH);
}

// A file of findings that were there when somebody began to look: they are shown and do not count, new ones do. It is
// kept in the repository, so it is written to be read and merged: one finding a line, in order of place, no line numbers.
import { z } from "zod";
import { readDocument } from "./document.ts";
import type { Finding } from "./finding.ts";
import { FINGERPRINT_LENGTH } from "./fingerprint.ts";
import type { Note } from "./report-data.ts";
import { inOrder } from "./scale.ts";

const entry = z.strictObject({
  fingerprint: z.string().regex(new RegExp(`^[0-9a-f]{${FINGERPRINT_LENGTH}}$`), `must be ${FINGERPRINT_LENGTH} hexadecimal digits`),
  rule: z.string().min(1).max(200),
  file: z.string().min(1).max(4096),
});
const baseline = z.strictObject({ schema: z.literal(1), findings: z.array(entry) });

export interface Baseline {
  /** Of the baseline itself, for notes. */
  readonly file: string;
  readonly entries: readonly z.infer<typeof entry>[];
}

/** Everything that is not accepted in another way. */
export function writeBaseline(findings: readonly Finding[]): string {
  const entries = inOrder(findings)
    .filter(({ accepted }) => accepted === undefined || accepted.by === "baseline")
    .map(({ fingerprint, rule, file }) => `    ${JSON.stringify({ fingerprint, rule, file })}`);
  return `{\n  "schema": 1,\n  "findings": [${entries.length === 0 ? "" : `\n${entries.join(",\n")}\n  `}]\n}\n`;
}

export function readBaseline(text: string, file: string): Baseline {
  return { file, entries: readDocument(text, file, baseline).findings };
}

/** Entries that are no longer found are named: each is a finding that could come back without being noticed. */
export function applyBaseline(findings: readonly Finding[], { file, entries }: Baseline): { findings: Finding[]; notes: Note[] } {
  const known = new Set(entries.map(({ fingerprint }) => fingerprint));
  const found = new Set(findings.map(({ fingerprint }) => fingerprint));
  return {
    findings: findings.map((finding) =>
      finding.accepted === undefined && known.has(finding.fingerprint)
        ? { ...finding, accepted: { by: "baseline", reason: `in the baseline ${file}` } }
        : finding,
    ),
    notes: entries
      .filter(({ fingerprint }) => !found.has(fingerprint))
      .map((gone) => ({ file, what: `${gone.rule} in ${gone.file} (${gone.fingerprint}) is no longer found. Write the baseline again.` })),
  };
}

// The one list of reports. A report is one file and one line here.
import { badgeReport, shieldsReport } from "./badge.ts";
import { htmlReport } from "./html.ts";
import { jsonReport } from "./json.ts";
import { markdownReport } from "./markdown.ts";
import type { Report } from "./report.ts";
import { sarifReport } from "./sarif.ts";
import { textReport } from "./text.ts";

export const FORMATS = ["text", "json", "sarif", "markdown", "html", "badge", "shields"] as const;
export type Format = (typeof FORMATS)[number];

export const REPORTS: Readonly<Record<Format, { readonly write: Report; readonly endings: readonly string[] }>> = {
  text: { write: textReport, endings: [".txt"] },
  json: { write: jsonReport, endings: [".json"] },
  sarif: { write: sarifReport, endings: [".sarif", ".sarif.json"] },
  markdown: { write: markdownReport, endings: [".md", ".markdown"] },
  html: { write: htmlReport, endings: [".html", ".htm"] },
  badge: { write: badgeReport, endings: [".svg"] },
  shields: { write: shieldsReport, endings: [".shields.json"] },
};

/** The format that a file's name asks for: the longest ending that fits. */
export function formatOf(file: string): Format | undefined {
  const endings = FORMATS.flatMap((format) => REPORTS[format].endings.map((ending) => ({ format, ending })));
  return endings
    .filter(({ ending }) => file.toLowerCase().endsWith(ending))
    .toSorted((one, other) => other.ending.length - one.ending.length)[0]?.format;
}

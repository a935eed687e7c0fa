// One page that needs nothing else: no network, no account, no script to be read. Its policy allows the style and the
// script that are in it, by their digests, and nothing more, so that even text that broke out of its place would be inert.
import { createHash } from "node:crypto";
import type { Finding, Severity } from "../finding/finding.ts";
import type { Audit, Grade, Letter } from "../finding/report-data.ts";
import { AXES } from "../finding/scale.ts";
import { escapedHtml as e } from "./escape.ts";
import { findingWriter } from "./html-finding.ts";
import { SCRIPT, STYLE } from "./html-style.ts";
import type { Report, ReportOptions } from "./report.ts";
import { RULING_WORDS, rulingCounts } from "./rulings.ts";
import { acceptedSentence, AXIS_TITLES, counted, coverageSentences, kindOf, partsOf, titleOf, verdictSentence } from "./words.ts";

const MOST_ROWS = 500;

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const POLICY = `default-src 'none'; style-src ${digest(STYLE)}; script-src ${digest(SCRIPT)}; base-uri 'none'; form-action 'none'`;

export const htmlReport: Report = (audit, options) => {
  const { open, accepted } = partsOf(audit);
  const title = `Sallyport ${kindOf(audit)} of ${audit.target}: ${audit.grade.letter}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${e(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><div>
${verdictHtml(audit)}
${axesHtml(audit.grade)}
</div></header>
${filtersHtml(open)}<main>
${findingsHtml(audit, open, options)}${rulingsHtml(audit)}
${rowsHtml("Accepted, not counted", accepted, (finding) => acceptedHtml(finding, options))}
${rowsHtml("To be noted", audit.notes ?? [], ({ file, line, what }) => `<code>${e(file)}${line === undefined ? "" : `:${line}`}</code><br>${e(what)}`)}
<section><h2>Coverage</h2><ul class="rows">${coverageSentences(audit)
    .map((sentence) => `<li>${e(sentence)}</li>`)
    .join("")}</ul></section>
${rowsHtml("Not read", audit.notRead, ({ file, why }) => `<code>${e(file)}</code> <span class="quiet">${e(why)}</span>`)}
</main>
<footer>Graded by specification ${audit.grade.specification}, sallyport ${e(audit.tool.version)}. This page loads nothing from anywhere.</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
};

const gradeClass = (letter: Letter | "n/a"): string => `grade-${letter === "n/a" ? "na" : letter.toLowerCase()}`;

function verdictHtml(audit: Audit): string {
  const { letter, score } = audit.grade;
  const of = score === null ? "" : `<small>${score} of 100</small>`;
  return `<div class="verdict"><div class="letter ${gradeClass(letter)}"><span>${letter}${of}</span></div>
<div><p class="over">Sallyport ${kindOf(audit)}</p><h1>${e(audit.target)}</h1><p>${e(verdictSentence(audit))}</p></div></div>`;
}

function axesHtml({ axes }: Grade): string {
  const items = axes.map(({ axis, score, letter, findings }) => {
    const bar = `<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="fill" width="${score ?? 0}" height="6"/></svg>`;
    const count = score === null ? "nothing to judge" : findings === 0 ? "no findings" : counted(findings, "finding");
    return `<li class="${gradeClass(letter)}"><span class="name">${AXIS_TITLES[axis]}</span><span class="score"><b>${letter}</b><span class="quiet">${score ?? ""}</span></span>${bar}<span class="count">${count}</span></li>`;
  });
  return `<ul class="axes">${items.join("")}</ul>`;
}

type Open = ReadonlyMap<Severity, readonly Finding[]>;

/** Only buttons that would leave something. */
function filtersHtml(open: Open): string {
  const findings = [...open.values()].flat();
  if (findings.length < 2) return "";
  const button = (key: string, value: string, said: string): string =>
    `<button type="button" aria-pressed="false" data-key="${key}" data-value="${value}">${said}</button>`;
  const severities = [...open].map(([severity, those]) => button("severity", severity, `${severity} ${those.length}`));
  const axes = AXES.filter((axis) => findings.some((finding) => finding.axis === axis)).map((axis) =>
    button("axis", axis, AXIS_TITLES[axis]),
  );
  return `<nav id="filters" aria-label="Which findings are shown" hidden><div>${severities.join("")}<span class="gap"></span>${axes.join("")}<span id="shown" aria-live="polite"></span></div></nav>\n`;
}

function findingsHtml(audit: Audit, open: Open, options: ReportOptions): string {
  if (open.size === 0) return `<section><p class="empty">${e(verdictSentence(audit))}</p></section>`;
  const write = findingWriter(options);
  return [...open]
    .map(
      ([severity, those]) =>
        `<section class="severity is-${severity}"><h2>${severity} <span>${counted(those.length, "finding")}</span></h2>\n${those.map(write).join("\n")}\n</section>`,
    )
    .join("\n");
}

function rulingsHtml({ probe }: Audit): string {
  if (probe === undefined) return "";
  const rows = rowsHtml(`Attacks: ${rulingCounts(probe)}`, probe.verdicts, ({ attack, title, ruling, said, cases }) => {
    const proven = cases.find((one) => one.ruling === "proven");
    const again = (proven?.reproduce ?? []).map((command) => `<br><code>${e(command)}</code>`).join("");
    return `<b>${e(RULING_WORDS[ruling])}</b> <code>${e(attack)}</code> ${e(title)}<br><span class="quiet">${e(said)}</span>${again}`;
  });
  return `\n${rows}`;
}

function acceptedHtml(finding: Finding, { rules }: ReportOptions): string {
  const { rule, file, line, severity, fingerprint } = finding;
  return `<b>${e(titleOf(rules, rule))}</b> <code>${e(file)}:${line}</code> <span class="quiet">${severity}, <code>${e(fingerprint)}</code></span><br>${e(acceptedSentence(finding))}`;
}

function rowsHtml<T>(title: string, rows: readonly T[], write: (row: T) => string): string {
  if (rows.length === 0) return "";
  const more = rows.length - MOST_ROWS;
  const items = [...rows.slice(0, MOST_ROWS).map(write), ...(more > 0 ? [`and ${more} more; the JSON report names all`] : [])];
  return `<section><h2>${title}</h2><ul class="rows">${items.map((item) => `<li>${item}</li>`).join("")}</ul></section>`;
}

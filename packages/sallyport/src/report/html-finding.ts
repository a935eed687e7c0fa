// One finding as an article of the HTML page.
import type { Finding, Step } from "../finding/finding.ts";
import { escapedHtml as e } from "./escape.ts";
import { type Frame, framer } from "./frame.ts";
import type { ReportOptions } from "./report.ts";
import { circumstances, standardLink, titleOf } from "./words.ts";

const FRAME_WIDTH = 200;
type FrameAt = ReturnType<typeof framer>;

export function findingWriter({ rules, sourceOf }: ReportOptions): (finding: Finding) => string {
  const frameAt = framer(sourceOf, FRAME_WIDTH);
  return (finding) => {
    const { rule, threats, axis, severity, file, line, column, message, fix, notes } = finding;
    const facts = [`<code>${e(rule)}</code>`, ...threats.map(e), e(circumstances(finding))];
    return `<article class="is-${severity}" data-severity="${severity}" data-axis="${axis}" id="f-${e(finding.fingerprint)}">
<h3>${e(titleOf(rules, rule))}</h3>
<p class="facts">${facts.map((fact) => `<span>${fact}</span>`).join("")}</p>
<p><code>${e(file)}:${line}:${column}</code></p>
<p>${e(message)}</p>
${frameHtml(frameAt(finding))}${pathHtml(finding.path, frameAt)}${notes.length === 0 ? "" : `<ul class="notes">${notes.map((note) => `<li>${e(note)}</li>`).join("")}</ul>\n`}<p class="fix"><b>Fix.</b> ${e(fix)}</p>
<p class="standards">${finding.standards.map(standardHtml).join("")}<span class="mono">${e(finding.fingerprint)}</span></p>
</article>`;
  };
}

function frameHtml(frame: Frame | undefined): string {
  if (frame === undefined) return "";
  const rows = frame.lines.map(({ number, text }) =>
    number === frame.line
      ? `<span class="here"><i>${number}</i>${markedHtml(text, frame.caret)}</span>`
      : `<span><i>${number}</i>${e(text)}</span>`,
  );
  return `<pre class="frame" tabindex="0">${rows.join("")}</pre>\n`;
}

/** The word at the caret. */
function markedHtml(text: string, caret: number): string {
  const word = /^[\w$.]+|^./su.exec(text.slice(caret))?.[0] ?? "";
  return `${e(text.slice(0, caret))}<mark>${e(word)}</mark>${e(text.slice(caret + word.length))}`;
}

function pathHtml(path: readonly Step[], frameAt: FrameAt): string {
  if (path.length === 0) return "";
  const steps = path.map((step) => {
    const code = frameAt(step, 0)?.lines[0]?.text.trim() ?? "";
    return `<li>${e(step.what)} <span class="quiet mono">${e(step.file)}:${step.line}</span>${code === "" ? "" : `<code>${e(code)}</code>`}</li>`;
  });
  return `<div><h4>How it gets there</h4><ol class="steps">${steps.join("")}</ol></div>\n`;
}

function standardHtml(id: string): string {
  const link = standardLink(id);
  return link === undefined ? `<span>${e(id)}</span>` : `<a href="${e(link)}" rel="noreferrer">${e(id)}</a>`;
}

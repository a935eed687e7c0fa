// An audit whose every text was written by an attacker.
import type { Finding } from "../../src/finding/finding.ts";
import type { Audit } from "../../src/finding/report-data.ts";
import { audit } from "./made-up.ts";

/** Markup, attributes, ends of script and comment, terminal escapes, text that runs the other way, Markdown, mentions. */
export const HOSTILE =
  "</script></style></title>--><img src=x onerror=\"document.title='owned'\"><svg/onload=document.title='owned'>\"' onmouseover='x\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp.exe\u2066\r\n# owned\n```\n|a|b|\n[x](javascript:alert(1)) ![](http://x.example/p.png) @octocat #1 GH-1 www.x.example ${7*7} &lt;b&gt; \\";

/** Every text of the audit replaced, or with the given one put in. */
export function hostileAudit(text: string = HOSTILE): Audit {
  const made = audit();
  const findings = made.findings.map((finding): Finding => ({
    ...finding,
    rule: text,
    threats: [text],
    file: text,
    message: text,
    notes: [text],
    path: [{ file: text, line: 1, column: 1, what: text }],
    fix: text,
    standards: [text],
    fingerprint: text,
    excerpt: text,
    ...(finding.accepted === undefined ? {} : { accepted: { by: "inline", reason: text, until: text } }),
  }));
  return {
    ...made,
    target: text,
    findings,
    notRead: [{ file: text, why: text }],
    notes: [{ file: text, line: 1, what: text }],
    coverage: {
      ...made.coverage,
      languages: [{ language: text, files: 1, lines: 1 }],
      brokerCalls: { [text]: 1 },
      bounded: [text],
    },
  };
}

// Whatever an audited project wrote stays text: [PSN-10] in reports.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapedHtml, escapedMarkdown, markdownBlock, markdownCode } from "../../src/report/escape.ts";
import { FORMATS, REPORTS } from "../../src/report/index.ts";
import { HOSTILE, hostileAudit } from "./hostile.ts";
import { options } from "./made-up.ts";

const hostileText = fc.oneof(
  fc.constant(HOSTILE),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(..."<>&\"'`|[]()*_#@\\~$!:/.-= \n\r\t\u001b\u009b\u202e\u2066\u0000aB1".split("")), maxLength: 60 }),
);
const reportsOf = (text: string) =>
  FORMATS.map((format) => [format, REPORTS[format].write(hostileAudit(text), options({ sourceOf: () => `${text}\n${text}` }))] as const);

const UNSAFE = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;
const TAGS = /<(?!--)\/?[a-z!][^>]*>/gi;

describe("hostile text", () => {
  test("is in no report a control character, an escape sequence or text that runs the other way", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const [, report] of reportsOf(text)) expect(report.replaceAll("\n", "")).not.toMatch(UNSAFE);
      }),
      { numRuns: 60 },
    );
  });

  test("adds no line to the terminal report's structure", () => {
    const lines = REPORTS.text.write(hostileAudit(), options()).split("\n");
    expect(lines.filter((line) => line.startsWith("# owned"))).toEqual([]);
  });

  test("is in the HTML page neither a tag nor an attribute: the page has the tags of one with plain text", () => {
    const tagsOf = (text: string): readonly string[] =>
      (
        REPORTS.html
          .write(hostileAudit(text), options())
          .replace(/<(style|script)>[\s\S]*?<\/\1>/g, "<$1></$1>")
          .match(TAGS) ?? []
      ).map((tag) => tag.replace(/id="f-[^"]*"/, 'id="f-"'));
    const plain = tagsOf("plain");
    fc.assert(
      fc.property(
        hostileText.filter((text) => text.trim() !== ""),
        (text) => {
          expect(tagsOf(text)).toEqual(plain);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is escaped for HTML so that it reads as it was", () => {
    expect(escapedHtml(`<a href="x" o='y'>&amp;\u001b`)).toBe("&lt;a href=&quot;x&quot; o=&#39;y&#39;&gt;&amp;amp;\\u{1b}");
  });

  test("is in Markdown neither markup nor a link, a mention, a reference or an address", () => {
    expect(escapedMarkdown("[x](javascript:y) **b** `c` <img> ![i](http://e.example) @octocat #1 GH-1 www.e.example")).toBe(
      "\\[x\\](javascript:y) \\*\\*b\\*\\* \\`c\\` &lt;img&gt; !\\[i\\](http:\u2060//e.example) \\@\u2060octocat \\#\u20601 GH-\u20601 www\u2060.e.example",
    );
    expect(["- a", "1. a", "== a", "+ a", "# a", "1.5 a"].map(escapedMarkdown)).toEqual([
      "\\- a",
      "1\\. a",
      "\\== a",
      "\\+ a",
      "\\#\u2060 a",
      "1.5 a",
    ]);
  });

  test("leaves no unescaped markup in Markdown", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const left = escapedMarkdown(text).replaceAll(/\\[\\`*_{}[\]|~$#@\-+=.):]|&(?:lt|gt|amp);/g, "");
        expect(left).not.toMatch(/[`*_[\]|~<>@]/);
        expect(left).not.toContain("\n");
      }),
    );
  });

  test("cannot close a code span or a code block", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "a", "\n", " "), maxLength: 20 }), (text) => {
        const span = markdownCode(text);
        const fence = /^`+/.exec(span)![0];
        expect(span.endsWith(fence)).toBe(true);
        expect(span.slice(fence.length, -fence.length).split(/[^`]+/)).not.toContain(fence);
        const [first = "", ...inside] = markdownBlock([text, text]).split("\n");
        expect(inside.slice(0, -1).some((line) => line.trim().startsWith(first))).toBe(false);
      }),
    );
  });
});

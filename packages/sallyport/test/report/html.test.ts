// The structure of the page, without a browser; scripts/report-in-browser.ts looks at it in one.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { htmlReport } from "../../src/report/html.ts";
import { audit, clean, nothing, options } from "./made-up.ts";

const page = htmlReport(audit(), options());
const digest = (text: string): string => createHash("sha256").update(text).digest("base64");
const inside = (html: string, tag: string): string => new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? "";

describe("the HTML report", () => {
  test("allows the style and the script that are in it, by digest, and nothing else", () => {
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? [];
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${digest(inside(page, "style"))}'; script-src 'sha256-${digest(inside(page, "script"))}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<(?:style|script)\b/g)).toHaveLength(2);
  });

  test("loads nothing, and has neither inline handlers nor inline styles", () => {
    const body = page.replace(inside(page, "style"), "").replace(inside(page, "script"), "");
    expect(body).not.toMatch(/\s(?:src|srcset|style|on\w+)=|<(?:link|img|iframe|object|embed|form|base)\b|@import|url\(/);
    expect(inside(page, "style")).not.toMatch(/@import|url\(/);
    expect(inside(page, "script")).not.toMatch(/fetch|XMLHttp|import|innerHTML|eval/);
  });

  test("closes every tag that it opens", () => {
    const open: string[] = [];
    for (const [, slash, tag = "", rest = ""] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^>]*)>/g)) {
      if (/^(?:meta|br)$/.test(tag) || rest.endsWith("/")) continue;
      if (slash === "/") expect(open.pop()).toBe(tag);
      else open.push(tag);
    }
    expect(open).toEqual([]);
  });

  test("has one article for each finding that counts, with what the filter asks for", () => {
    const articles = [...page.matchAll(/<article class="is-(\w+)" data-severity="(\w+)" data-axis="(\w+)"/g)].map(([, ...all]) => all);
    expect(articles).toEqual([
      ["critical", "critical", "confusion"],
      ["high", "high", "injection"],
      ["high", "high", "poison"],
    ]);
  });

  test("hides its filter until the script runs, and has none when there is nothing to choose", () => {
    expect(page).toMatch(/<nav id="filters"[^>]* hidden>/);
    expect(htmlReport(clean(), options())).not.toContain("<nav");
  });

  test("marks the word that a finding stands on", () => {
    expect(page).toContain("await <mark>producer.send</mark>({ topic");
  });

  test.each([
    ["clean", clean(), "Nothing was found that counts."],
    ["not applicable", nothing(), "No code that talks to a message broker was found"],
  ])("of a project that is %s says so", (_what, made, said) => expect(htmlReport(made, options())).toContain(said));

  test("is light, dark, narrow and on paper", () => {
    for (const query of ["prefers-color-scheme: dark", "max-width: 46rem", "@media print"]) expect(page).toContain(query);
    expect(page).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  });
});

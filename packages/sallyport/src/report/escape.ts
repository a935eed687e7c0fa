// Text of strangers in our output: whatever was written in an audited file, a message or a file name stays text, on a
// terminal, in HTML and in Markdown. Nothing of the sort is printed without passing through here (PSN-10). What a terminal
// must not obey is the server's to say, whose logs have the same strangers in them.

import { escaped } from "@sallyport/server/escape";

export { escaped, escapedJson } from "@sallyport/server/escape";

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** For HTML, SVG and attributes in quotes. What is invisible or turns text around is shown here too. */
export const escapedHtml = (text: string): string => escaped(text).replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character)!);

/**
 * For text that is a line of Markdown, or a part of one. Hosts look for mentions, references and addresses in what is
 * left after escaping, so an invisible joiner follows the marks that begin them: an audit must not call people.
 */
export const escapedMarkdown = (text: string): string =>
  escaped(text)
    .replaceAll(/[\\`*_{}[\]|~$#@]/g, "\\$&")
    .replaceAll(/[&<>]/g, (character) => ENTITIES.get(character)!)
    .replace(/^(\s*)([-+=:])|^(\s*\d+)([.)])(?=\s|$)/, "$1$3\\$2$4")
    .replaceAll(/\\[@#]|:(?=\/\/)|\b(?:GH-|www(?=\.))/gi, "$&\u2060");

/** A code span that its text cannot close. The bar is escaped, since tables are split before code is read. */
export function markdownCode(text: string): string {
  const inert = escaped(text);
  const fence = "`".repeat(longestRun(inert) + 1);
  return `${fence}${/^`|`$/.test(inert) ? ` ${inert} ` : inert}${fence}`;
}

/** A sentence of ours in which code is quoted between backticks. */
export const spokenMarkdown = (text: string): string =>
  text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 0 ? escapedMarkdown(part) : markdownCode(part)))
    .join("");

/** Lines as a block that they cannot close. */
export function markdownBlock(lines: readonly string[], language = ""): string {
  const inert = lines.map(escaped);
  const fence = "`".repeat(Math.max(3, longestRun(inert.join("\n")) + 1));
  return [`${fence}${language}`, ...inert, fence].join("\n");
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

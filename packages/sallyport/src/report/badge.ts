// The grade as a badge: an SVG of our own, and the JSON that shields.io draws one from.
import type { Grade, Letter } from "../finding/report-data.ts";
import { escapedHtml } from "./escape.ts";
import type { Report } from "./report.ts";

const LABEL = "sallyport";
/** Dark enough that white text on each has a contrast of 4.5 and more. */
const COLOURS: Readonly<Record<Letter | "n/a", string>> = {
  A: "#15803d",
  B: "#0f766e",
  C: "#a16207",
  D: "#c2410c",
  F: "#b91c1c",
  "n/a": "#57606a",
};

const messageOf = ({ letter, score }: Grade): string => (score === null ? "n/a" : `${letter} ${score}`);

export const badgeReport: Report = ({ grade }) => {
  const message = messageOf(grade);
  const [left, right] = [widthOf(LABEL), widthOf(message)];
  const said = escapedHtml(`${LABEL}: ${message}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${said}">
  <title>${said}</title>
  <clipPath id="r"><rect width="${left + right}" height="20" rx="4"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="${left}" height="20" fill="#24292f"/>
    <rect x="${left}" width="${right}" height="20" fill="${COLOURS[grade.letter]}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
    <text x="${left / 2}" y="14" textLength="${left - 14}">${LABEL}</text>
    <text x="${left + right / 2}" y="14" font-weight="bold" textLength="${right - 14}">${escapedHtml(message)}</text>
  </g>
</svg>
`;
};

/** About what the characters take, and a margin; `textLength` holds every font to it. */
const widthOf = (text: string): number =>
  Math.round(text.split("").reduce((sum, character) => sum + (/[ltrij/ ]/.test(character) ? 4.2 : 7), 14));

export const shieldsReport: Report = ({ grade }) =>
  `${JSON.stringify({ schemaVersion: 1, label: LABEL, message: messageOf(grade), color: COLOURS[grade.letter].slice(1) })}\n`;

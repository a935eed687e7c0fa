// The lines around a place in the source, cut and shifted so that they fit and the place can be seen. Text is not
// escaped here: each report does that in its own way.
import type { SourceOf } from "../finding/fingerprint.ts";

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt?: string | undefined;
}

export interface Frame {
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** Number of the line that is meant, and where in its text, from 0. */
  readonly line: number;
  readonly caret: number;
}

const TAB = "  ";
const AROUND = 2;
const MOST_INDENT = 200;

/** Keeps the lines of each file, since many findings stand in one. */
export function framer(sourceOf: SourceOf, width: number): (place: Place, around?: number) => Frame | undefined {
  const known = new Map<string, readonly string[] | undefined>();
  const linesOf = (file: string): readonly string[] | undefined => {
    if (!known.has(file)) known.set(file, sourceOf(file)?.split(/\r?\n/));
    return known.get(file);
  };
  return (place, around = AROUND) => frameOf(linesOf(place.file), place, { around, width });
}

function frameOf(
  lines: readonly string[] | undefined,
  { line, column, excerpt }: Place,
  { around, width }: { readonly around: number; readonly width: number },
): Frame | undefined {
  const source = lines?.[line - 1] === undefined ? undefined : lines;
  const marked = source?.[line - 1] ?? excerpt;
  if (marked === undefined) return undefined;
  const first = source === undefined ? line : Math.max(1, line - around);
  const rows = source === undefined ? [marked] : source.slice(first - 1, line + around);
  const kept = withoutBlankEnds(
    rows.map((text, index) => ({ number: first + index, text: expanded(text) })),
    line,
  );
  const indent = commonIndent(kept.map(({ text }) => text));
  const caret = Math.max(0, Math.min(expanded(marked.slice(0, column - 1)).length, expanded(marked).length) - indent);
  const start = windowStart(expanded(marked).length - indent, caret, width);
  return {
    lines: kept.map(({ number, text }) => ({ number, text: cut(text.slice(indent), start, width) })),
    line,
    caret: caret - start,
  };
}

const expanded = (text: string): string => text.replaceAll("\t", TAB);

/** A line is shown from its start, unless the place would then be out of sight: code of one line, mostly. */
const windowStart = (length: number, caret: number, width: number): number =>
  length <= width || caret < width - Math.floor(width / 4) ? 0 : caret - Math.floor(width / 3);

function cut(text: string, start: number, width: number): string {
  const shown = text.slice(start, start + width);
  const ended = start + width < text.length ? `${shown.slice(0, -1)}…` : shown;
  return start > 0 && ended !== "" ? `…${ended.slice(1)}` : ended;
}

const commonIndent = (lines: readonly string[]): number =>
  Math.min(MOST_INDENT, ...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length));

function withoutBlankEnds<T extends { readonly number: number; readonly text: string }>(rows: readonly T[], marked: number): readonly T[] {
  const isWanted = ({ number, text }: T): boolean => number === marked || text.trim() !== "";
  return rows.slice(rows.findIndex(isWanted), rows.findLastIndex(isWanted) + 1);
}

// Places in a file: line and column in one number, since a program has millions of them.
import type { Place, Spans } from "./ir.ts";

const COLUMNS = 2 ** 20;

export const at = (line: number, column: number): Place => line * COLUMNS + Math.min(column, COLUMNS - 1);

export const lineOf = (place: Place): number => Math.floor(place / COLUMNS);

export const columnOf = (place: Place): number => place % COLUMNS;

/** Keeps where things begin and end that stand at a place; the first there counts, which is the innermost. */
export function spansIn(place: (offset: number) => Place): {
  readonly spans: Spans;
  readonly keep: (where: Place, node: { readonly start: number; readonly end: number }) => Place;
} {
  const spans = new Map<Place, { start: Place; end: Place }>();
  const keep = (where: Place, { start, end }: { readonly start: number; readonly end: number }): Place => {
    if (!spans.has(where)) spans.set(where, { start: place(start), end: place(end) });
    return where;
  };
  return { spans, keep };
}

/** Turns offsets into places. Offsets count UTF-16 units, or bytes, as the parser does; columns then do too. */
export function placesIn(text: string): (offset: number) => Place {
  const starts = [0];
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
  let last = 0;
  return (offset) => {
    // Lowering goes mostly forward, so the last line is the best guess.
    let line = (starts[last] ?? 0) <= offset ? last : 0;
    if ((starts[line + 1] ?? Infinity) <= offset) line = search(starts, offset);
    last = line;
    return at(line + 1, offset - (starts[line] ?? 0) + 1);
  };
}

function search(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

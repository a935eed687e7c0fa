// Text of strangers on a terminal: control characters, escape sequences and text that runs the other way are shown
// as what they are (PSN-10).

const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu;

export const escaped = (text: string): string =>
  text.toWellFormed().replaceAll(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** For text of ours, which has lines, with something of a stranger's in it. */
export const escapedLines = (text: string): string => text.split("\n").map(escaped).join("\n");

/** The same value to whoever parses it: JSON itself leaves much of what a terminal obeys as it is. The lines of an indented one stay. */
export const escapedJson = (value: unknown, replacer?: (name: string, value: unknown) => unknown, indent?: number): string =>
  JSON.stringify(value, replacer, indent).replaceAll(UNSAFE, (character) =>
    character === "\n" ? character : character.split("").map(unitOf).join(""),
  );

const unitOf = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

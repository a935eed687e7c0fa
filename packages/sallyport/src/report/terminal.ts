// Ink and measure of a terminal. Whoever calls has escaped the text.

const CODES = {
  bold: "1",
  dim: "2",
  underline: "4",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
  onRed: "1;37;41",
  onGreen: "1;30;42",
  onYellow: "1;30;43",
  onMagenta: "1;37;45",
  onCyan: "1;30;46",
  onWhite: "1;30;47",
} as const;

export type Ink = keyof typeof CODES;
export type Paint = (ink: Ink, text: string) => string;

export const painter = (colour: boolean): Paint =>
  colour ? (ink, text) => (text === "" ? "" : `\u001b[${CODES[ink]}m${text}\u001b[0m`) : (_ink, text) => text;

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that the text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{Mn}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Words on lines of at most so many columns; a word that is longer has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

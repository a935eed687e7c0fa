// Text of strangers on a terminal: control characters, escape sequences and text that runs the other way are shown
// as what they are (PSN-10).

const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu;

export const escaped = (text: string): string =>
  text.toWellFormed().replaceAll(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

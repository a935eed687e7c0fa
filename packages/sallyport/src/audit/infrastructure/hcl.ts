// What Terraform's language is made of, as far as brackets need it: comments, texts, here-documents. Each text is passed
// over once, whatever is in it.

const PAIRS = new Map([
  ["}", "{"],
  [")", "("],
  ["]", "["],
]);

/** Where the first bracket stands that opens or closes nothing: a block without its end would swallow those behind it. */
export function oddBracket(text: string): number | undefined {
  const open: number[] = [];
  const bare = without(text, () => true);
  for (const { 0: bracket, index } of bare.matchAll(/[{}()[\]]/g)) {
    const pair = PAIRS.get(bracket);
    if (pair === undefined) open.push(index);
    else if (bare[open.pop() ?? -1] !== pair) return index;
  }
  return open.at(-1);
}

export const withoutComments = (text: string): string => without(text, (first) => first === "#" || first === "/");

/** What begins so is replaced by spaces, so that places stay. */
function without(text: string, isUnwanted: (first: string) => boolean): string {
  const parts: string[] = [];
  let kept = 0;
  let index = 0;
  while (index < text.length) {
    const end = endOfAside(text, index);
    if (end > index && isUnwanted(text.charAt(index))) {
      parts.push(text.slice(kept, index), text.slice(index, end).replace(/[^\n]/g, " "));
      kept = end;
    }
    index = Math.max(end, index + 1);
  }
  return parts.join("") + text.slice(kept);
}

/** Where the comment, text or here-document ends that begins here; `start` where none does. */
function endOfAside(text: string, start: number): number {
  const next = text[start + 1];
  switch (text[start]) {
    case "#":
      return indexOf(text, "\n", start);
    case "/":
      if (next === "*") return indexOf(text, "*/", start + 2) + 2;
      return next === "/" ? indexOf(text, "\n", start) : start;
    case '"':
      return endOfText(text, start);
    case "<":
      return next === "<" ? endOfHereDocument(text, start) : start;
    default:
      return start;
  }
}

const indexOf = (text: string, what: string, from: number): number => {
  const found = text.indexOf(what, from);
  return found === -1 ? text.length : found;
};

/**
 * With what stands in `${…}`, where texts may stand again. A text ends with its line, if not before: one that nobody
 * closed does not turn the rest of the file inside out.
 */
function endOfText(text: string, start: number): number {
  const within: string[] = [];
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === "\n") return index;
    if (within.at(-1) === '"') {
      if (character === "\\") index++;
      else if (character === "$" && text[index + 1] === "{") within.push(text.charAt(++index));
      else if (character === '"') within.pop();
    } else if (character === '"' || character === "{") within.push(character);
    else if (character === "}") within.pop();
    if (within.length === 0) return index + 1;
  }
  return text.length;
}

function endOfHereDocument(text: string, start: number): number {
  const [head, word] = /^<<-?([A-Za-z_]\w*)\r?\n/.exec(text.slice(start, start + 100)) ?? [];
  if (head === undefined) return start;
  let line = start + head.length;
  while (line < text.length) {
    const end = indexOf(text, "\n", line);
    if (text.slice(line, end).trim() === word) return line;
    line = end + 1;
  }
  return text.length;
}

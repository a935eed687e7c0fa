// Whether a source is so deeply nested that parsing it would run out of stack. The parser is native code: it would end the
// process, where a fault in the report is wanted. This reads signs only, in one pass, and estimates; it understands nothing.

/** Stack that may be used, of the 4 MB that a worker thread has. */
const MOST_BYTES = 2_800_000;
/** Measured with oxc-parser 0.154, rounded up: a bracket, a link that recurses (`=`, `?`, `else`), one that is looped over (`+`, `.`). */
const BRACKET_BYTES = 2100;
const NESTING_LINK_BYTES = 840;
const FLAT_LINK_BYTES = 280;
/** `a<b<c<d`: each may open type arguments, and the parser tries them all again (cubic time). */
const MOST_OPEN_ANGLES = 200;

const HEADS = new Set(["if", "while", "for", "with"]);
/** Stands for the last sign where that is the `)` of a head: a statement follows, and is part of this one. */
const HEAD_END = "if()";
/** Stands for the last sign where that is the `}` of a block. */
const BLOCK_END = "{}";
/** Reserved, so never inside an expression: what follows is a new statement even where no semicolon says so. */
const STARTERS = new Set(["const", "var", "return", "export", "throw", "case"]);
/** After these a slash opens a regular expression, although a word stands before it. */
const BEFORE_VALUE = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof keyof extends infer as satisfies is".split(" "),
);
/** At the start of a line they go on with the statement before. */
const GOING_ON = new Set("else catch finally while in of instanceof as satisfies is extends".split(" "));

interface Level {
  readonly opener: string;
  /** `if (…)`, or a `{` that starts a block: a slash after the closing bracket opens a regular expression. */
  readonly beforeStatement: boolean;
  /** What the links at this level cost since the statement began. */
  links: number;
  /** `?` that wait for their `:`. */
  questions: number;
}

interface Scan {
  readonly text: string;
  index: number;
  readonly levels: Level[];
  bytes: number;
  angles: number;
  /** The last word or sign; decides what a slash is. */
  last: string;
  /** What the links before the last `}` cost: it ended a statement, unless what follows goes on with it. */
  closed: number;
  /** The next token is the first of its line. */
  isNewLine: boolean;
}

const WORD = /[\w$#\\\u0080-\uffff]+/y;

/** The offset where it gets too deep; `undefined` where it does not. */
export function tooDeepAt(text: string, typed: boolean): number | undefined {
  const scan: Scan = { text, index: 0, levels: [newLevel("", true)], bytes: 0, angles: 0, last: ";", closed: 0, isNewLine: true };
  while (scan.index < text.length) {
    step(scan);
    if (scan.bytes > MOST_BYTES || (typed && scan.angles > MOST_OPEN_ANGLES)) return scan.index;
  }
  return undefined;
}

const newLevel = (opener: string, beforeStatement: boolean): Level => ({ opener, beforeStatement, links: 0, questions: 0 });

function step(scan: Scan): void {
  const sign = scan.text.charAt(scan.index);
  if (sign === " " || sign === "\t" || sign === "\r") scan.index++;
  else if (sign === "\n") newLine(scan);
  else if (isWord(sign)) word(scan);
  else if (sign === '"' || sign === "'") quoted(scan, sign);
  else if (sign === "`") template(scan);
  else if (sign === "/") slash(scan);
  else punctuation(scan, sign);
}

function newLine(scan: Scan): void {
  scan.index++;
  scan.isNewLine = true;
}

function isWord(sign: string): boolean {
  const code = sign.charCodeAt(0);
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code > 127 || sign === "_" || sign === "$"
  );
}

function word(scan: Scan): void {
  WORD.lastIndex = scan.index;
  const found = WORD.exec(scan.text)?.[0] ?? scan.text.charAt(scan.index);
  scan.index += found.length;
  if (scan.last === ".") return see(scan, "a");
  if (STARTERS.has(found) || startsStatement(scan, found)) endStatement(scan);
  else follow(scan, found);
  see(scan, found);
}

/** A line that begins with a word begins a statement, where the line before is complete. */
function startsStatement({ isNewLine, last }: Scan, found: string): boolean {
  if (!isNewLine || GOING_ON.has(found) || last === HEAD_END || BEFORE_VALUE.has(last)) return false;
  return isWord(last.charAt(0)) || last === ")" || last === "]" || last === '"' || last === BLOCK_END;
}

function follow(scan: Scan, found: string): void {
  if (GOING_ON.has(found)) resume(scan);
  if (found === "if" && scan.last === "else") return;
  // Two words in a row: `new new`, `await await`, `keyof keyof`; a word after a head: `if (a) if (b)`.
  if (isWord(scan.last.charAt(0)) || scan.last === HEAD_END || scan.last === ")" || GOING_ON.has(found)) link(scan, NESTING_LINK_BYTES);
}

function see(scan: Scan, token: string): void {
  scan.last = token;
  scan.isNewLine = false;
}

function quoted(scan: Scan, quote: string): void {
  let index = scan.index + 1;
  for (; index < scan.text.length; index++) {
    const sign = scan.text.charAt(index);
    if (sign === "\\") index++;
    else if (sign === quote || sign === "\n") break;
  }
  scan.index = index + 1;
  see(scan, '"');
}

/** From the opening backtick, or from the `}` of a part, to the next part or to the end. */
function template(scan: Scan): void {
  let index = scan.index + 1;
  for (; index < scan.text.length; index++) {
    const sign = scan.text.charAt(index);
    if (sign === "\\") index++;
    else if (sign === "`") break;
    else if (sign === "$" && scan.text.charAt(index + 1) === "{") {
      scan.index = index + 2;
      return open(scan, "`", false);
    }
  }
  scan.index = index + 1;
  see(scan, '"');
}

function slash(scan: Scan): void {
  const next = scan.text.charAt(scan.index + 1);
  if (next === "/") scan.index = after(scan.text.indexOf("\n", scan.index), scan.text);
  else if (next === "*") scan.index = after(scan.text.indexOf("*/", scan.index + 2) + 1, scan.text);
  else if (opensRegex(scan)) regex(scan);
  else punctuation(scan, "/");
}

const after = (index: number, text: string): number => (index <= 0 ? text.length : index + 1);

function opensRegex({ last }: Scan): boolean {
  if (last === BLOCK_END || last === HEAD_END || BEFORE_VALUE.has(last)) return true;
  return !isWord(last.charAt(0)) && last !== ")" && last !== "]" && last !== "}" && last !== '"';
}

function regex(scan: Scan): void {
  let index = scan.index + 1;
  let inClass = false;
  for (; index < scan.text.length; index++) {
    const sign = scan.text.charAt(index);
    if (sign === "\\") index++;
    else if (sign === "\n" || (sign === "/" && !inClass)) break;
    else if (sign === "[") inClass = true;
    else if (sign === "]") inClass = false;
  }
  scan.index = index + 1;
  see(scan, '"');
}

function punctuation(scan: Scan, sign: string): void {
  scan.index++;
  if (sign === "(" || sign === "[") open(scan, sign, sign === "(" && HEADS.has(scan.last));
  else if (sign === "{") open(scan, sign, opensBlock(scan));
  else if (sign === ")" || sign === "]" || sign === "}") close(scan, sign);
  else if (sign === ";" || sign === ",") separator(scan, sign);
  else operator(scan, sign);
}

const opensBlock = ({ last }: Scan): boolean =>
  [")", ";", "{", "}", BLOCK_END, HEAD_END, "else", "do", "try", "finally", ">"].includes(last);

function open(scan: Scan, sign: string, beforeStatement: boolean): void {
  const { last } = scan;
  if (last === "}" || (last === BLOCK_END && sign !== "{")) resume(scan);
  // `a[0][0]`, `f()()`: each is built around what is before it.
  if (sign !== "{" && (last === ")" || last === "]" || last === "}")) link(scan, FLAT_LINK_BYTES);
  scan.levels.push(newLevel(sign, beforeStatement));
  scan.bytes += BRACKET_BYTES;
  see(scan, sign === "`" ? "(" : sign);
}

function close(scan: Scan, sign: string): void {
  if (scan.levels.length === 1) return see(scan, sign);
  const closed = scan.levels.pop();
  scan.bytes -= BRACKET_BYTES + (closed?.links ?? 0);
  if (closed?.opener === "`") {
    scan.index--;
    return template(scan);
  }
  if (sign === "}") endStatement(scan);
  if (closed?.beforeStatement !== true) see(scan, sign);
  else see(scan, sign === "}" ? BLOCK_END : HEAD_END);
}

function separator(scan: Scan, sign: string): void {
  endStatement(scan);
  see(scan, sign);
}

function endStatement(scan: Scan): void {
  const here = scan.levels.at(-1);
  if (here === undefined) return;
  scan.bytes -= here.links;
  scan.closed = here.links;
  here.links = 0;
  here.questions = 0;
  scan.angles = 0;
}

/** What the last `}` or `;` seemed to end goes on: `} else`, `} + {`. */
function resume(scan: Scan): void {
  if (scan.last === BLOCK_END || scan.last === "}" || scan.last === ";") link(scan, scan.closed);
}

function link(scan: Scan, bytes: number): void {
  const here = scan.levels.at(-1);
  if (here !== undefined) here.links += bytes;
  scan.bytes += bytes;
}

function operator(scan: Scan, sign: string): void {
  const again = sign === scan.last || "=!<>".includes(scan.last);
  if (scan.last === "}" || scan.last === BLOCK_END) resume(scan);
  if (sign === "<") scan.angles += again ? 0 : 1;
  else if (sign === ">") scan.angles = Math.max(0, scan.angles - 1);
  link(scan, costOf(scan, sign, again));
  see(scan, sign);
}

function costOf(scan: Scan, sign: string, again: boolean): number {
  const here = scan.levels.at(-1);
  if (sign === "=") return again ? 0 : NESTING_LINK_BYTES;
  if (here !== undefined && sign === "?") here.questions++;
  if (here !== undefined && sign === ":" && here.questions > 0) {
    here.questions--;
    return 0;
  }
  return sign === "?" || sign === ":" ? NESTING_LINK_BYTES : FLAT_LINK_BYTES;
}

// The text of a statement without what a formatter changes: white space, comments, the kind of quotes, a comma before
// a closing bracket, a semicolon at the end. It begins on a line and ends where that line's brackets are closed. It is no
// parser: it need only give the same text for the same code, in every language, and end soon on hostile text.

const MOST_CHARACTERS = 2000;
/** On longer lines, bundles as a rule, the statement begins at the column. */
const LONG_LINE = 400;

export type StatementAt = (line: number, column: number) => string;

/** Lines are counted once for each file, since many findings may stand in a large one. */
export function statementsOf(source: string, file: string): StatementAt {
  const hashes = /\.(?:pyi?|ya?ml|toml|tf|sh)$/.test(file);
  const starts = [0];
  for (let end = source.indexOf("\n"); end >= 0; end = source.indexOf("\n", end + 1)) starts.push(end + 1);
  return (line, column) => {
    const start = starts[line - 1];
    if (start === undefined) return "";
    const isLong = (starts[line] ?? source.length) - start > LONG_LINE;
    const from = isLong ? start + column - 1 : start;
    return tidied(new Scanner(source.slice(from, from + MOST_CHARACTERS), hashes).read());
  };
}

const tidied = (text: string): string => text.replaceAll(/,(?=[)\]}])/g, "").replace(/[;,]+$/, "");

const OPENING = new Set("([{");
const CLOSING = new Set(")]}");
const QUOTES = new Set(`"'\``);

class Scanner {
  readonly #text: string;
  /** Whether comments begin with `#`. */
  readonly #hashes: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, hashes: boolean) {
    this.#text = text;
    this.#hashes = hashes;
  }

  read(): string {
    let kept = "";
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (character === "\n" && this.#depth <= 0 && kept !== "") break;
      if (this.#skipsComment(character)) continue;
      if (QUOTES.has(character)) kept += this.#quoted(character);
      else {
        if (OPENING.has(character)) this.#depth += 1;
        if (CLOSING.has(character)) this.#depth -= 1;
        if (!/\s/.test(character)) kept += character;
        this.#at += 1;
      }
    }
    return kept;
  }

  /** `#` is a private name elsewhere, and `//` divides in Python. */
  #skipsComment(character: string): boolean {
    const isBlock = !this.#hashes && this.#text.startsWith("/*", this.#at);
    const isLine = this.#hashes ? character === "#" : this.#text.startsWith("//", this.#at);
    if (!isBlock && !isLine) return false;
    const end = this.#text.indexOf(isBlock ? "*/" : "\n", this.#at + (isBlock ? 2 : 1));
    this.#at = end < 0 ? this.#text.length : isBlock ? end + 2 : end;
    return true;
  }

  #quoted(quote: string): string {
    const stops = quote === "`" ? quote : `${quote}\n`;
    let end = this.#at + 1;
    while (end < this.#text.length && !stops.includes(this.#text[end]!)) end += this.#text[end] === "\\" ? 2 : 1;
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return quote === "`" ? `\`${inside}\`` : `"${inside}"`;
  }
}

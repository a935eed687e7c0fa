// How long a regular expression can take at worst (PSN-04, PUB-07). The engine tries one way to match after the other;
// this counts the ways, from the pattern and the greatest length of the text, before anything runs. Refuses what it
// cannot count: lookaround, back references, and repetition of what can itself match in more than one way.

/** Ways to match, `undefined` when they cannot be counted. A text has at most `maxLength` characters. */
export function waysToMatch(pattern: string, maxLength: number): number | undefined {
  const reader = new PatternReader(pattern, maxLength);
  const ways = reader.alternatives();
  if (ways === undefined || !reader.atEnd()) return undefined;
  return reader.anchored ? ways : ways * (maxLength + 1);
}

class PatternReader {
  /** Every alternative begins with `^`: there is one place to start from. */
  anchored = true;
  #at = 0;
  #depth = 0;
  readonly #pattern: string;
  readonly #maxLength: number;

  constructor(pattern: string, maxLength: number) {
    this.#pattern = pattern;
    this.#maxLength = maxLength;
  }

  atEnd(): boolean {
    return this.#at === this.#pattern.length;
  }

  alternatives(): number | undefined {
    let ways = 0;
    do {
      if (this.#depth === 0 && !this.#pattern.startsWith("^", this.#at)) this.anchored = false;
      const more = this.#sequence();
      if (more === undefined) return undefined;
      ways += more;
    } while (this.#take(/\|/y) !== undefined);
    return ways;
  }

  #sequence(): number | undefined {
    let ways = 1;
    while (!this.atEnd() && !/[|)]/.test(this.#pattern[this.#at]!)) {
      const atom = this.#atom();
      if (atom === undefined) return undefined;
      const repeated = this.#repeated(atom);
      if (repeated === undefined) return undefined;
      ways *= repeated;
    }
    return ways;
  }

  /** How many ways one repetition has. */
  #atom(): number | undefined {
    if (this.#take(/[\^$]|\\[bB]/y) !== undefined) return 1;
    if (this.#take(/\[(?:[^\]\\]|\\.)*\]/suy) !== undefined) return 1;
    if (
      this.#take(/\\(?:[dDwWsStnrfv0]|[pP]\{[\w=]+\}|u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[\^$\\.*+?()[\]{}|/-])/uy) !== undefined
    )
      return 1;
    if (this.#take(/\((?:\?:|\?<\w+>)?(?!\?)/y) !== undefined) return this.#group();
    return this.#take(/[^\\()[\]{}|*+?^$]/uy) === undefined ? undefined : 1;
  }

  #group(): number | undefined {
    this.#depth++;
    const ways = this.alternatives();
    this.#depth--;
    return this.#take(/\)/y) === undefined ? undefined : ways;
  }

  #repeated(ways: number): number | undefined {
    const quantifier = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    if (quantifier === undefined) return ways;
    const [least, most] = this.#range(quantifier);
    if (ways > 1 && most > MOST_REPETITIONS) return undefined;
    // Each number of repetitions is a way of its own.
    return Math.max(1, most - least + 1) * ways ** Math.min(most, MOST_REPETITIONS);
  }

  #range(quantifier: string): [number, number] {
    if (quantifier.startsWith("?")) return [0, 1];
    const [least = 0, most = least] = (/\{(\d+)(?:,(\d*))?/.exec(quantifier)?.slice(1) ?? ["0", ""]).flatMap((digits) =>
      digits === undefined ? [] : digits === "" ? this.#maxLength : Math.min(Number(digits), this.#maxLength),
    );
    return [least, most];
  }

  #take(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const [taken] = sticky.exec(this.#pattern) ?? [];
    if (taken !== undefined) this.#at += taken.length;
    return taken;
  }
}

const MOST_REPETITIONS = 16;

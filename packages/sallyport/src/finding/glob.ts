// Paths by pattern: `*` and `?` within a part, `**` for any number of parts. No regular expression is made of a pattern:
// patterns may come out of the audited project, and must not be able to make matching slow.

/** A pattern without a slash is looked for at every depth, as in `.gitignore`; one ending in a slash means all below. */
export function matchesGlob(pattern: string, file: string): boolean {
  const trimmed = pattern.replace(/^\.?\//, "").replace(/\/$/, "/**");
  const parts = (trimmed.includes("/") ? trimmed : `**/${trimmed}`).split("/");
  return matchesParts(parts, file.split("/"));
}

/** Would match every file: an exclusion like that switches the whole target off. */
export const matchesEverything = (pattern: string): boolean => /^[*?./]*$/.test(pattern);

/** Greedy, going back to the last `**` alone: parts × patterns at most. */
function matchesParts(patterns: readonly string[], parts: readonly string[]): boolean {
  return greedy(patterns.length, parts.length, {
    isStar: (at) => patterns[at] === "**",
    fits: (at, index) => matchesPart(patterns[at]!, parts[index]!),
  });
}

function matchesPart(pattern: string, part: string): boolean {
  return greedy(pattern.length, part.length, {
    isStar: (at) => pattern[at] === "*",
    fits: (at, index) => pattern[at] === "?" || pattern[at] === part[index],
  });
}

interface Matching {
  readonly isStar: (at: number) => boolean;
  readonly fits: (at: number, index: number) => boolean;
}

function greedy(patterns: number, items: number, { isStar, fits }: Matching): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let resumed = 0;
  while (index < items) {
    if (at < patterns && isStar(at)) {
      star = at;
      at += 1;
      resumed = index;
    } else if (at < patterns && fits(at, index)) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resumed += 1;
      index = resumed;
      at = star + 1;
    } else return false;
  }
  while (at < patterns && isStar(at)) at += 1;
  return at === patterns;
}

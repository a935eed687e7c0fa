// Methods that the languages' own values have. What has one of these names and is called on something that is not known
// is taken for it.

const TEXT_SAME = [
  ..."toString toLocaleString valueOf trim trimStart trimEnd normalize toLowerCase toUpperCase toJSON toISOString getTime".split(" "),
  ..."strip lstrip rstrip lower upper casefold title encode decode hex tobytes total_seconds".split(" "),
  ..."Seconds Minutes Milliseconds Unix UnixMilli".split(" "),
];

/** Give back the text itself, in whole. */
export const SAME: ReadonlySet<string> = new Set(TEXT_SAME);

/** Give back a piece, no longer than the bounds that are given. */
export const PIECES: ReadonlySet<string> = new Set(["slice", "substring", "substr", "subarray", "charAt", "at", "truncate"]);

/** Give back something made of the text. */
export const DERIVED: ReadonlySet<string> = new Set(
  "replace replaceAll split concat padStart padEnd repeat match matchAll splitlines partition rpartition format join zfill removeprefix removesuffix localeCompare codePointAt charCodeAt rsplit".split(
    " ",
  ),
);

export const COLLECTION: ReadonlySet<string> = new Set(
  (
    "push unshift append extend insert add set get has hasOwnProperty delete pop shift clear includes indexOf contains map filter forEach find findIndex findLast some every flatMap flat " +
    "reduce reduceRight sort reverse toSorted slice splice concat join entries keys values items update setdefault discard remove index count copy fill"
  ).split(" "),
);

const TESTS = [
  "startsWith",
  "endsWith",
  "startswith",
  "endswith",
  "test",
  "exec",
  "search",
  "isdigit",
  "isalnum",
  "isidentifier",
  "fullmatch",
  "match",
];

const FUTURES = ["set_result", "result"];

const FUNCTIONS = ["call", "apply", "bind", "then", "catch", "finally"];

const NAMES: ReadonlySet<string> = new Set([...SAME, ...PIECES, ...DERIVED, ...COLLECTION, ...TESTS, ...FUTURES, ...FUNCTIONS]);

export const isNativeName = (name: string): boolean => NAMES.has(name);

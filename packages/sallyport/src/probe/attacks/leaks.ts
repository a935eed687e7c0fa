// What an error tells of the inside: stacks, paths, addresses, names that whoever called did not give.
import type { Bench } from "../bench.ts";

export const SAYS_ERROR = /\b(?:error|exception|failed|failure|traceback)\b/i;
export const MOST_ERROR = 2000;

/**
 * As clients write them: Node's, Go's and Java's with a colon, Python's as a pair, or as what a function was called with. A client
 * that says no more than that it was refused has told nobody where.
 */
const ADDRESS = new RegExp(
  [
    String.raw`(?<=\b(?:E(?:CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|TIMEDOUT)|dial tcp|[Cc]onnect(?:ing)? to(?: host)?|refused:) )[^\s"'(),]*:\d{2,5}\b`,
    String.raw`(?<=\b[Cc]onnect to [^\n]{0,40})https?://[^\s"'<>)\\]+`,
    String.raw`(?<=\b(?:ENOTFOUND|EAI_AGAIN|dial tcp: lookup) )[\w.-]*\w`,
    String.raw`(?:\b\d{1,3}(?:\.\d{1,3}){3}|\blocalhost|\[[\da-f:]+\]):\d{2,5}\b`,
    String.raw`(?<=\()'[\w.:-]+', \d{2,5}\b`,
    String.raw`\bhost='[^']+', port='?\d+`,
  ].join("|"),
  "g",
);

const SIGNS: readonly (readonly [string, RegExp])[] = [
  ["a stack trace", /\n\s+at \S+.*:\d+:\d+|Traceback \(most recent call last\)|goroutine \d+ \[|File "[^"]+", line \d+/g],
  [
    "a path of the server's files",
    /(?:\/[\w.-]+)*\/(?:node_modules|site-packages|dist-packages)\/|file:\/\/\/|\b(?:fork\/exec|spawn) \/[^\s:]+|\/(?:home|root|usr|opt|srv|app)\/[\w./-]+\.\w+/g,
  ],
  ["a connection string", /\b(?:amqps?|rediss?|nats|kafka|postgres(?:ql)?|mongodb(?:\+srv)?|mysql):\/\/[^\s"'\\]+/g],
  ["an address that it could not reach", ADDRESS],
  [
    "the interpreter's own words",
    /Cannot (?:read|set|convert) |is not a function|is not iterable|undefined is not|'NoneType' object|has no attribute|nil pointer|SQLITE_|strconv\.\w+: parsing|invalid memory address|Provided value cannot be bound|object is not (?:subscriptable|iterable|callable)|unsupported operand type|unhashable type|can only concatenate/g,
  ],
];

const portless = (text: string): string => text.replaceAll(/\b\d{4,5}\b/g, "#");

function firstOf(text: string, sign: RegExp, given: string, said: string): string | undefined {
  const honest = portless(said);
  return [...text.matchAll(sign)].map(([found]) => found).find((found) => !given.includes(found) && !honest.includes(portless(found)));
}

/**
 * `given`: what it was asked with, which it may repeat. `said`: by an honest answer, beside another broker, whose port was another:
 * what stands in it, too, is no error's.
 */
export function signIn(text: string, given: string, said = ""): string | undefined {
  for (const [what, sign] of SIGNS) {
    const found = firstOf(text, sign, given, said);
    if (found !== undefined) return `${what}: ${found.trim().slice(0, 120)}`;
  }
  return undefined;
}

/** As {@link signIn}, and the broker's port: what an ordinary answer is asked for. */
export function placeIn(text: string, { port }: Readonly<Record<string, string>>, given: string, said = ""): string | undefined {
  const sign = signIn(text, given, said);
  if (sign !== undefined || port === undefined) return sign;
  const at = new RegExp(String.raw`[\w.\]'"-]*(?::|', |port\D{0,3})${port}\b`, "gi");
  return firstOf(text, at, given, said) === undefined ? undefined : `the broker's address: port ${port}`;
}

/** Those, the broker's file, and its destinations. */
export function insideOf(text: string, { stage, known: { tools } }: Bench, given: string): string | undefined {
  const place = placeIn(text, stage.brokerNames, given);
  if (place !== undefined) return place;
  const { file } = stage.brokerNames;
  if (file !== undefined && text.includes(file)) return "the path of the broker's file";
  const named = tools
    .flatMap(({ destinations }) => destinations)
    .find((name) => name.length > 5 && text.includes(name) && !given.includes(name));
  return named === undefined ? undefined : `the destination ${named}`;
}

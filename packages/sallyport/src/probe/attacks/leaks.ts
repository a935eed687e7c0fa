// What an error tells of the inside: stacks, paths, addresses, names that whoever called did not give.
import type { Bench } from "../bench.ts";

export const SAYS_ERROR = /\b(?:error|exception|failed|failure|traceback)\b/i;
export const MOST_ERROR = 2000;

const SIGNS: readonly (readonly [string, RegExp])[] = [
  ["a stack trace", /\n\s+at \S+.*:\d+:\d+|Traceback \(most recent call last\)|goroutine \d+ \[|File "[^"]+", line \d+/],
  [
    "a path of the server's files",
    /(?:\/[\w.-]+)*\/(?:node_modules|site-packages|dist-packages)\/|file:\/\/\/|\b(?:fork\/exec|spawn) \/[^\s:]+|\/(?:home|root|usr|opt|srv|app)\/[\w./-]+\.\w+/,
  ],
  ["a connection string", /\b(?:amqps?|rediss?|nats|kafka|postgres(?:ql)?|mongodb(?:\+srv)?|mysql):\/\/[^\s"']+/],
  ["an address that it could not reach", /\bE(?:CONNREFUSED|HOSTUNREACH|NOTFOUND|PIPE|TIMEDOUT)\b|connect(?:ion)? refused/i],
  [
    "the interpreter's own words",
    /Cannot (?:read|set|convert) |is not a function|is not iterable|undefined is not|'NoneType' object|has no attribute|nil pointer|SQLITE_|strconv\.\w+: parsing|invalid memory address|Provided value cannot be bound|object is not (?:subscriptable|iterable|callable)|unsupported operand type|unhashable type|can only concatenate/,
  ],
];

/** `given`: what it was asked with, which it may repeat. */
export function signIn(text: string, given: string): string | undefined {
  for (const [what, sign] of SIGNS) {
    const found = sign.exec(text)?.[0];
    if (found !== undefined && !given.includes(found)) return `${what}: ${found.trim().slice(0, 120)}`;
  }
  return undefined;
}

/** As {@link signIn}, and the broker's address and destinations. */
export function insideOf(text: string, { stage, known: { tools } }: Bench, given: string): string | undefined {
  const sign = signIn(text, given);
  if (sign !== undefined) return sign;
  const { port, file } = stage.brokerNames;
  if (port !== undefined && new RegExp(`(?::|', |port\\D{0,3})${port}\\b`, "i").test(text)) return `the broker's address: port ${port}`;
  if (file !== undefined && text.includes(file)) return "the path of the broker's file";
  const named = tools
    .flatMap(({ destinations }) => destinations)
    .find((name) => name.length > 5 && text.includes(name) && !given.includes(name));
  return named === undefined ? undefined : `the destination ${named}`;
}

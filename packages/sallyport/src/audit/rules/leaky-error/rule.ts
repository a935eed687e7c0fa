// PUB-13: what a broker's client says when it fails is handed to the model: addresses, topics, credentials, stacks.
import type { Around, Entry, Event, EventOf } from "../../engine/events.ts";
import type { Analysis } from "../../engine/interpreter.ts";
import { deepTaints } from "../../engine/reach.ts";
import type { Taint } from "../../engine/taint.ts";
import { acts } from "../../judge/inquiry.ts";
import { eachFile, lastName, published } from "../../judge/publishing.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const leakyError = rule({
  id: "leaky-error",
  title: "The broker's errors reach the model",
  threats: ["PUB-13"],
  axis: "injection",
  severity: "low",
  fix: "Answer with a message of the server's own and a code, with isError, and keep what the client said for the log.",
  *judge(analysis): Iterable<Draft> {
    yield* eachFile(returned(analysis));
    yield* thrown(analysis);
  },
});

/** An error that was caught is a part of the answer, or of an error of the server's own that nobody catches. */
function returned(analysis: Analysis): readonly Draft[] {
  const answers = analysis.events.filter(
    (event): event is EventOf<"return" | "throw"> =>
      event.entry.kind === "tool" && ((event.kind === "return" && event.stack.length <= 1) || (event.kind === "throw" && !event.caught)),
  );
  const said = new Set<number>();
  return answers.flatMap((event): readonly Draft[] => {
    const leaks = deepTaints(event.value).filter(
      (taint) => taint.origin.kind === "error" && tells(taint) && isOfBroker(analysis, event, taint),
    );
    if (leaks.length === 0 || said.has(event.entry.id)) return [];
    said.add(event.entry.id);
    const stack = leaks.some((taint) => lastName(taint) === "stack" || taint.path.includes("stack"));
    return [
      {
        file: event.file,
        at: event.at,
        message: `The tool \`${event.entry.name}\` ${event.kind === "throw" ? "throws" : "answers with"} what the broker's client said when it failed${stack ? ", with its stack" : ""}.`,
        way: wayOf(leaks),
        severity: stack ? "medium" : "low",
        confidence: "high",
      },
    ];
  });
}

const PUBLIC = new Set(["name", "code", "status", "statusCode", "errno", "type", "retryable", "length"]);

const tells = (taint: Taint): boolean => !PUBLIC.has(lastName(taint));

/** In Go the error comes from the client itself; elsewhere something was asked of a broker where it was caught. */
function isOfBroker(analysis: Analysis, event: Event, { origin }: Taint): boolean {
  const { asked, tries } = triesOf(analysis);
  const within = asked.get(event.entry);
  return within?.has(origin.id) === true || (within !== undefined && (event.file.endsWith(".go") || !tries.has(origin.id)));
}

interface Tries {
  /** In which of them something was asked of a broker, for each who did. */
  readonly asked: ReadonlyMap<Entry, ReadonlySet<number>>;
  /** All in which something happened. */
  readonly tries: ReadonlySet<number>;
}

const known = new WeakMap<Analysis, Tries>();

function triesOf(analysis: Analysis): Tries {
  const before = known.get(analysis);
  if (before !== undefined) return before;
  const asked = new Map<Entry, Set<number>>();
  for (const { entry, around } of acts(analysis, "publish", "read", "subscribe", "admin")) {
    const ids = asked.get(entry) ?? new Set();
    asked.set(entry, ids);
    for (const id of bodiesIn(around)) ids.add(id);
  }
  const found = { asked, tries: new Set(analysis.events.flatMap(({ around }) => bodiesIn(around))) };
  known.set(analysis, found);
  return found;
}

const bodiesIn = (around: readonly Around[]): readonly number[] =>
  around.flatMap((part) => (part.kind === "try" && part.part === "body" ? [part.id] : []));

/** Nobody catches what the client throws, and the protocol's library answers with its message as it is. */
function* thrown(analysis: Analysis): Iterable<Draft> {
  const open = published(analysis).filter(
    (event) =>
      !event.file.endsWith(".go") &&
      !event.around.some((part) => (part.kind === "try" && part.part === "body" && part.catches) || part.kind === "callback") &&
      event.unused !== true,
  );
  const [event] = open;
  if (event === undefined) return;
  yield {
    file: event.file,
    at: event.at,
    message: `What \`${event.call}\` (${event.broker}) throws is caught by nobody in \`${event.entry.name}\`: its message, with addresses and names in it, is the tool's answer.`,
    notes: [
      `Outside any try: ${open.length === 1 ? "this call alone" : `${open.length} calls of tools to the broker, of which this is the first`}.`,
    ],
    confidence: "medium",
  };
}

// DST-05: a consumer does whatever the type in the message says.
import type { Around, ConsumerEntry, Event } from "../../engine/events.ts";
import type { Analysis } from "../../engine/interpreter.ts";
import { keyOf, type Taint } from "../../engine/taint.ts";
import { consumersOf, eventsOf } from "../../judge/inquiry.ts";
import { eachPlace, lastName, plainName } from "../../judge/publishing.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const uncheckedEventType = rule({
  id: "unchecked-event-type",
  title: "A consumer acts on any event type",
  threats: ["DST-05"],
  axis: "confusion",
  severity: "medium",
  fix: "List the types that this consumer takes, in a Map from type to handler, and dead-letter every other with that reason.",
  *judge(analysis): Iterable<Draft> {
    yield* eachPlace([...chosen(analysis), ...leftOver(analysis)]);
  },
});

/** A handler that is looked up by the message's own word, where any property or attribute is found. */
function chosen({ events }: Analysis): readonly Draft[] {
  return events.flatMap((event): readonly Draft[] => {
    if (event.kind !== "dispatch") return [];
    const by = event.by.filter((taint) => taint.origin.kind === "message" && taint.prototype === true && !isKnown(event, taint));
    const [first] = by;
    if (first === undefined) return [];
    return [
      {
        file: event.file,
        at: event.at,
        message: `The consumer of \`${first.origin.name}\` calls what a message names (\`${event.name}\`), and any property is found by that name.`,
        way: wayOf(by),
        confidence: "high",
      },
    ];
  });
}

/** The branch for every type that no other branch is for, and something happens in it. */
function leftOver(analysis: Analysis): readonly Draft[] {
  return consumersOf(analysis).flatMap((entry) => {
    const events = eventsOf(analysis, entry);
    return events.flatMap((event): readonly Draft[] => {
      if (event.kind !== "act" || (event.act.kind !== "effect" && event.act.kind !== "publish")) return [];
      const open = event.around.some((one) => one.kind === "branch" && isTheRest(event, one, typesIn(one, entry), events));
      if (!open) return [];
      return [
        {
          file: event.file,
          at: event.at,
          message: `The consumer of \`${entry.name}\` acts through \`${event.call}\` on every message whose type it does not know.`,
          notes: ["The branch that no type is named for is taken by all the others too."],
          confidence: "medium",
        },
      ];
    });
  });
}

type Branch = Extract<Around, { kind: "branch" }>;

const TYPE = /^(type|eventtype|event|eventname|action|kind|messagetype|command|op|operation|method)$/;

/** Which parts of the message, by their keys, a branch turns on, where these say what it is. */
function typesIn({ test: value }: Branch, { origin }: ConsumerEntry): readonly string[] {
  const keys = [...value.taints.map(keyOf), ...(value.test?.whenTrue.keys() ?? []), ...(value.test?.whenFalse.keys() ?? [])];
  return [...new Set(keys)].filter(
    (key) => key.startsWith(`${origin.id}:`) && TYPE.test(plainName(lastName({ path: key.slice(key.indexOf(":") + 1) }))),
  );
}

function isTheRest(event: Event, branch: Branch, types: readonly string[], all: readonly Event[]): boolean {
  if (types.length === 0 || types.some((key) => isNamed(event, key))) return false;
  return all.some(
    (one) =>
      one.around.some((part) => part.kind === "branch" && part.id === branch.id && part.side !== branch.side) &&
      types.some((key) => isNamed(one, key)),
  );
}

const isNamed = ({ facts }: Event, key: string): boolean =>
  (facts.get(key) ?? []).some((fact) => (fact.kind === "allowed" && fact.own) || fact.kind === "prefixed");

const isKnown = (event: Event, taint: Taint): boolean => taint.closed || isNamed(event, keyOf(taint));

// What one consumer does with a message, in order: where it parses, acts, remembers, waits and settles. A tool that
// fetches messages and hands them to the model is no consumer here: it has no effect of its own.
import type { Analysis } from "../engine/interpreter.ts";
import type { Around, ConsumerEntry, Event, EventOf } from "../engine/events.ts";
import type { Fact } from "../engine/facts.ts";
import { deepTaints } from "../engine/reach.ts";
import type { Taint } from "../engine/taint.ts";
import type { Value } from "../engine/value.ts";
import { soleConstant } from "../engine/value.ts";
import { consumersOf, eventsOf, slot, type ActEvent } from "./inquiry.ts";
import { type Effect, effectsAmong } from "./effects.ts";

export interface Timeline {
  readonly consumer: ConsumerEntry;
  readonly events: readonly Event[];
  /** What it changes because of the message, each place once. */
  readonly effects: readonly Effect[];
  readonly acks: readonly ActEvent[];
  readonly nacks: readonly ActEvent<"nack">[];
  /** Ends in the dead letters: by the broker, or published to a place of that name. */
  readonly deadLetters: readonly ActEvent[];
  readonly language: "javascript" | "python" | "go";
  /** The queue that it reads was declared with a bound on deliveries, or with a place for dead letters. */
  readonly bounded: boolean;
  readonly deadLettered: boolean;
}

const known = new WeakMap<Analysis, readonly Timeline[]>();

export function timelines(analysis: Analysis): readonly Timeline[] {
  const before = known.get(analysis);
  if (before !== undefined) return before;
  const all = consumersOf(analysis)
    .filter((consumer) => !isOfATool(analysis, consumer))
    .map((consumer) => timelineOf(analysis, consumer));
  known.set(analysis, all);
  return all;
}

/** It was registered, or fetches, while a tool runs: the tool gathers. */
function isOfATool({ events }: Analysis, consumer: ConsumerEntry): boolean {
  if (consumer.within !== undefined) return consumer.within.kind === "tool";
  const there = events.filter((event) => event.file === consumer.file && event.at === consumer.at);
  return there.length > 0 && there.every((event) => event.entry.kind === "tool");
}

function timelineOf(analysis: Analysis, consumer: ConsumerEntry): Timeline {
  const events = once(eventsOf(analysis, consumer));
  const acts = events.filter((event): event is ActEvent => event.kind === "act");
  const ours = acts.filter((event) => !consumer.pulled || speaksOf(consumer, slot(event, "message")) || !event.at_.has("message"));
  const deadLetters = acts.filter(
    (event) => (event.act.kind === "dead-letter" && ours.includes(event)) || (event.act.kind === "publish" && goesToDeadLetters(event)),
  );
  const declared = declarationsFor(analysis, consumer);
  return {
    consumer,
    events,
    effects: effectsAmong(analysis, consumer, events).filter(({ event }) => !deadLetters.includes(event as ActEvent)),
    acks: ours.filter((event) => event.act.kind === "ack" && !isContext(event)),
    nacks: ours.filter((event): event is ActEvent<"nack"> => event.act.kind === "nack"),
    deadLetters,
    language: languageOf(consumer.file),
    bounded: consumer.options.bounded || declared.some((event) => event.at_.has("bounded")),
    deadLettered: consumer.options.deadLetter || declared.some((event) => event.at_.has("deadLetter")),
  };
}

/** `async with message.process()`: it settles where its block ends. */
export const isContext = (event: ActEvent): boolean => event.model === "aio-pika" && event.call.endsWith(".process");

const languageOf = (file: string): Timeline["language"] => (file.endsWith(".py") ? "python" : file.endsWith(".go") ? "go" : "javascript");

/** Each place the first time that it is come to; loops are run twice, functions from many places. */
function once(events: readonly Event[]): readonly Event[] {
  const places = new Map<string, Event>();
  for (const event of events) {
    const key = `${event.kind}:${event.kind === "act" ? event.act.kind : ""}:${event.file}:${event.at}:${inCatch(event)}`;
    if (!places.has(key)) places.set(key, event);
  }
  return [...places.values()];
}

/** Declarations of the same queue; where its name is not known, of all that this file declares. */
function declarationsFor({ events }: Analysis, consumer: ConsumerEntry): readonly ActEvent<"declare">[] {
  const names = consumer.destination === undefined ? [] : constantsOf(consumer.destination);
  return events.filter((event): event is ActEvent<"declare"> => {
    if (event.kind !== "act" || event.act.kind !== "declare") return false;
    const own = constantsOf(slot(event, "destination"));
    return names.length === 0 || own.length === 0 ? event.file === consumer.file : own.some((name) => names.includes(name));
  });
}

const constantsOf = (value: Value): readonly unknown[] =>
  value.atoms.flatMap((atom) => (atom.kind === "constant" && typeof atom.value === "string" ? [atom.value] : []));

const DEAD = /dead|dlq|dlx|dlt|poison|parked|parking|quarantine|reject|failed/i;

export const namesDeadLetters = (value: Value): boolean => constantsOf(value).some((name) => DEAD.test(String(name)));

function goesToDeadLetters(event: ActEvent): boolean {
  return namesDeadLetters(slot(event, "destination")) || DEAD.test(event.call);
}

/** Whether a part of this consumer's messages is in it. */
export const speaksOf = ({ origin }: ConsumerEntry, value: Value): boolean => partsIn(origin.id, value).length > 0;

export const partsIn = (origin: number, value: Value): readonly Taint[] => deepTaints(value).filter((taint) => taint.origin.id === origin);

/** What has been established about any part of the message, on the way to an event. */
export function factsHeld({ origin }: ConsumerEntry, event: Event): readonly Fact[] {
  const held: Fact[] = [];
  for (const [key, facts] of event.facts) if (key.startsWith(`${origin.id}:`)) held.push(...facts);
  return held;
}

type Tried = Extract<Around, { kind: "try" }>;
type Branch = Extract<Around, { kind: "branch" }>;

export const triesAround = ({ around }: Pick<Event, "around">): readonly Tried[] =>
  around.filter((one): one is Tried => one.kind === "try");
export const branchesAround = ({ around }: Pick<Event, "around">): readonly Branch[] =>
  around.filter((one): one is Branch => one.kind === "branch");

export const inCatch = (event: Pick<Event, "around">): boolean => triesAround(event).some(({ part }) => part === "catch");

/** The `try` that catches what fails here; the innermost. */
export const guardingTry = (event: Pick<Event, "around">): Tried | undefined =>
  triesAround(event).findLast(({ part, catches }) => part === "body" && catches);

/** What happens where that `try` catches. */
export const caughtBy = ({ events }: Timeline, tried: Tried): readonly Event[] =>
  events.filter((event) => triesAround(event).some((one) => one.part === "catch" && isSameTry(one, tried)));

/** Also in another turn of the loop that it stands in. */
export const isSameTry = (one: Tried, other: Tried): boolean =>
  one.id === other.id || (one.caughtAt !== undefined && one.caughtAt === other.caughtAt);

/** Every run that comes to the second has passed the first: it stands under no condition that the second does not. */
export function precedes(first: Event, second: Event): boolean {
  if (first.turn >= second.turn || first.around.some((one) => one.kind === "callback" && one.of === "timer")) return false;
  const conditions = (event: Event): ReadonlySet<string> =>
    new Set(
      event.around.flatMap((one) =>
        one.kind === "branch" ? [`${one.id}:${one.side}`] : one.kind === "try" && one.part !== "body" ? [`${one.id}:${one.part}`] : [],
      ),
    );
  const later = conditions(second);
  return [...conditions(first)].every((condition) => later.has(condition));
}

/** Does it give the message back to be tried again? */
export function requeues(event: ActEvent<"nack">): boolean {
  const { requeue, requeueDefault } = event.act;
  if (typeof requeue === "boolean") return requeue;
  const given = soleConstant(slot(event, "requeue"));
  if (given === undefined)
    return event.at_.has("requeue")
      ? slot(event, "requeue").atoms.some((atom) => atom.kind !== "constant" || atom.value === true)
      : requeueDefault === true;
  return given.value === undefined ? requeueDefault === true : given.value === true;
}

/** Does what is thrown here come again? */
export function retriesWhatThrows(timeline: Timeline, event: Event): boolean {
  const tried = guardingTry(event);
  if (tried === undefined) return retriesUncaught(timeline);
  const caught = caughtBy(timeline, tried);
  if (timeline.nacks.some((nack) => caught.includes(nack) && requeues(nack))) return true;
  return caught.some((inner) => inner.kind === "throw" && guardingTry(inner) === undefined) && retriesUncaught(timeline);
}

export const retriesUncaught = ({ consumer }: Timeline): boolean => {
  const { onThrow, settles } = consumer.consumes;
  return onThrow !== undefined && onThrow !== "lost" && settles !== "none" && settles !== "auto";
};

export const where = ({ consumer, effects }: Timeline): string =>
  `Looked at: the handler of \`${consumer.name}\` and the functions that it calls${effects.length > 0 ? `, up to \`${effects[0]?.what}\`` : ""}.`;

export const isAct = <K extends EventOf<"act">["act"]["kind"]>(event: Event, kind: K): event is ActEvent<K> =>
  event.kind === "act" && event.act.kind === kind;

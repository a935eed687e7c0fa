// What becomes of a message whose handling fails.
import type { Place } from "../ir/ir.ts";
import type { Event } from "../engine/events.ts";
import { join, NOTHING, objectsOf, type Value } from "../engine/value.ts";
import {
  branchesAround,
  caughtBy,
  factsHeld,
  guardingTry,
  inCatch,
  isAct,
  isContext,
  isSameTry,
  precedes,
  requeues,
  retriesUncaught,
  speaksOf,
  triesAround,
  type Timeline,
} from "./consumer.ts";
import { failuresOf, isReturned, returnsError, within } from "./error-branch.ts";
import { handsOver } from "./effects.ts";
import type { ActEvent } from "./inquiry.ts";

/** A message that does not parse is thrown out of the handler, or in Go returned. */
export function unguardedParse(timeline: Timeline): Event | undefined {
  const { consumer, events, nacks, language } = timeline;
  const { onThrow } = consumer.consumes;
  if (onThrow === "bounded" || consumer.options.bounded) return undefined;
  if (language === "go")
    return retriesUncaught(timeline)
      ? events.find((event) => event.kind === "parse" && speaksOf(consumer, event.input) && isReturned(timeline, event))
      : undefined;
  if (onThrow === "lost" && !consumer.pulled) return undefined;
  return events.find(
    (event) =>
      event.kind === "parse" &&
      speaksOf(consumer, event.input) &&
      !isGuarded(timeline, event) &&
      !inCatch(event) &&
      !nacks.some((nack) => isContext(nack) && !requeues(nack) && precedes(nack, event)),
  );
}

/** Around a whole loop a `try` keeps the process, and not the consumer. */
function isGuarded({ consumer, events }: Timeline, event: Event): boolean {
  const takenUp = events.some(
    (other) =>
      other.kind === "caught" &&
      other.turn > event.turn &&
      other.stack.length < event.stack.length &&
      (!consumer.pulled || other.around.some(({ kind }) => kind === "loop")),
  );
  if (takenUp) return true;
  const loop = event.around.findIndex(({ kind }) => kind === "loop");
  return event.around.some(
    (one, index) => one.kind === "try" && one.part === "body" && one.catches && (!consumer.pulled || loop < 0 || index > loop),
  );
}

export interface Swallowed {
  readonly file: string;
  readonly at: Place;
  /** `lost`: it is settled all the same. `stuck`: neither acknowledged nor given back. `again`: a lease runs out, and it comes again. */
  readonly end: "lost" | "stuck" | "again";
}

/** There a message that is not settled in time is delivered again. */
const LEASED = new Set(["sqs", "azure-queue", "azure-servicebus", "google-pubsub", "nats", "redis"]);

/** The `try` around the effect catches, and what it does there does not reach the broker. */
export function swallowedFailure(timeline: Timeline): Swallowed | undefined {
  const { consumer, effects, acks, nacks, deadLetters } = timeline;
  const { settles } = consumer.consumes;
  // What is delivered at most once, or whose client settles by itself, has nothing to settle.
  if (settles === "none" || consumer.broker === "mqtt" || reportsFailures(timeline)) return undefined;
  if (timeline.language === "go") return droppedError(timeline);
  const handled = [...effects.map(({ event }) => event), ...timeline.events.filter((event) => handsOver(consumer, event))];
  for (const event of handled) {
    const tried = guardingTry(event);
    if (tried?.caughtAt === undefined || !isOfTheMessage(timeline, tried.id)) continue;
    const caught = caughtBy(timeline, tried);
    if (caught.some((inner) => inner.kind === "throw" || inner.kind === "exit" || isHandled(inner))) continue;
    if ([...acks, ...nacks, ...deadLetters].some((one) => caught.includes(one))) continue;
    if (caught.some((inner) => isAct(inner, "publish"))) continue;
    const after = acks.some(
      (ack) => ack.turn > event.turn && !triesAround(ack).some((one) => one.part === "body" && isSameTry(one, tried)),
    );
    const open = LEASED.has(consumer.broker) ? "again" : "stuck";
    return { file: event.file, at: tried.caughtAt, end: settles === "manual" && !after ? open : "lost" };
  }
  return undefined;
}

/** Go: the branch for the error ends, and nobody is told. */
function droppedError(timeline: Timeline): Swallowed | undefined {
  const { consumer, events, effects, acks, nacks, deadLetters } = timeline;
  for (const { event } of effects) {
    const failed = failuresOf(timeline, event).at(-1);
    if (failed === undefined || acks.some((ack) => precedes(ack, event))) continue;
    const done = within(events, failed);
    const told = [...acks, ...nacks, ...deadLetters].some((one) => done.includes(one));
    if (
      told ||
      done.some((one) => one.kind === "exit" || one.kind === "throw" || returnsError(one) || isAct(one, "publish") || isNamedHandled(one))
    )
      continue;
    const after = !failed.leaves && acks.some((ack) => ack.turn > failed.turn);
    const open = LEASED.has(consumer.broker) ? "again" : "stuck";
    return { file: failed.file, at: failed.at, end: consumer.consumes.settles === "manual" && !after ? open : "lost" };
  }
  return undefined;
}

/** Ids of what failed are in what the handler returns, where the platform looks for them. */
function reportsFailures({ consumer, events }: Timeline): boolean {
  const { failures } = consumer.consumes;
  if (failures === undefined) return false;
  const path = failures.split(/\.|(?=\[\])/);
  return events.some((event) => event.kind === "return" && resultsOf(event.value).some((one) => speaksOf(consumer, standingAt(one, path))));
}

/** Go: one of several. */
const resultsOf = (value: Value): readonly Value[] => [
  value,
  ...objectsOf(value).flatMap((object) => (object.kind === "list" ? [...object.fields.values()] : [])),
];

function standingAt(value: Value, path: readonly string[]): Value {
  return path.reduce<Value>(
    (held, name) => join(...objectsOf(held).map((object) => (name === "[]" ? object.all() : (object.fields.get(name) ?? NOTHING)))),
    value,
  );
}

/** It answers with something that its caller may settle by, or hands the failure on. */
const isHandled = (event: Event): boolean =>
  (event.kind === "return" && event.value.atoms.some((atom) => atom.kind !== "constant" || atom.value !== undefined)) ||
  isNamedHandled(event);

const isNamedHandled = (event: Event): boolean =>
  event.kind === "call" && /dead|dlq|retry|requeue|reject|nack|fail|park|quarantine/i.test(event.name);

/** The handler's own `try`, and not one of a function that it calls. */
function isOfTheMessage({ events, consumer, acks, nacks }: Timeline, id: number): boolean {
  const inside = events.filter((event) => triesAround(event).some((one) => one.id === id && one.part === "body"));
  const settlesOrParses = inside.some(
    (event) =>
      (event.kind === "parse" && speaksOf(consumer, event.input)) ||
      acks.includes(event as ActEvent) ||
      nacks.includes(event as ActEvent<"nack">),
  );
  const callsBefore = (inside[0]?.around ?? []).slice(
    0,
    (inside[0]?.around ?? []).findIndex((one) => one.kind === "try" && one.id === id),
  );
  return settlesOrParses || callsBefore.filter(({ kind }) => kind === "call").length <= 1;
}

/** Given back to be tried again, and nothing counts how often. */
export function unboundedRequeue(timeline: Timeline): ActEvent | undefined {
  if (timeline.bounded) return undefined;
  return timeline.nacks.find((nack) => requeues(nack) && !isCounted(timeline, nack));
}

/** A bound on attempts stands before it: a counter of the broker's, of a header, or of the program's own. */
export function isCounted(timeline: Timeline, event: Event): boolean {
  const { consumer, events, language } = timeline;
  if (factsHeld(consumer, event).some((fact) => fact.kind === "counted")) return true;
  if (branchesAround(event).some(({ test }) => test.taints.some(({ content }) => content === "deliveries"))) return true;
  return events.some(
    (other) =>
      other.kind === "compare" &&
      other.turn < event.turn &&
      (language === "go" || inCatch(other)) &&
      !other.what.atoms.some(({ kind }) => kind === "age" || kind === "length"),
  );
}

/** The counter is in a header, which giving the message back does not change. */
export const countsByHeader = (timeline: Timeline, event: Event): boolean => {
  const counted = new Set(factsHeld(timeline.consumer, event).flatMap((fact) => (fact.kind === "counted" ? [fact.by] : [])));
  return counted.has("header") && !counted.has("broker");
};

/** What fails leaves the handler, and comes again for ever. */
export function failsForEver(timeline: Timeline): Event | undefined {
  const { consumer, effects, bounded, deadLettered, deadLetters, language } = timeline;
  const { onThrow } = consumer.consumes;
  const endless = onThrow === "for-ever" || onThrow === "stall";
  if (!endless || bounded || deadLettered || deadLetters.length > 0 || !retriesUncaught(timeline)) return undefined;
  return effects.find(({ event }) => {
    if (language === "go") return isReturned(timeline, event);
    const tried = guardingTry(event);
    if (tried === undefined) return true;
    const caught = caughtBy(timeline, tried);
    return !caught.some(isHandled) && caught.some((inner) => inner.kind === "throw" && !isCounted(timeline, inner));
  })?.event;
}

/** Brokers whose bound on retries and dead letters may stand outside the source. */
const ELSEWHERE = new Set(["sqs", "google-pubsub", "azure-servicebus", "azure-queue", "rabbitmq", "amqp", "nats", "dapr", "any"]);

export const mayBeBoundElsewhere = ({ consumer }: Timeline): boolean =>
  consumer.consumes.boundedElsewhere === true || ELSEWHERE.has(consumer.broker);

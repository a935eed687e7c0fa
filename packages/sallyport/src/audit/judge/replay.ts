// What stands between a second copy of a message and a second effect.
import { isTime } from "../engine/ages.ts";
import type { Event, EventOf } from "../engine/events.ts";
import type { HeapObject } from "../engine/heap.ts";
import { objectsOf } from "../engine/value.ts";
import { factsHeld, isAct, partsIn, speaksOf, type Timeline } from "./consumer.ts";
import { isClaimStatement, TABLE_OF_IDS, textsIn, type Effect } from "./effects.ts";
import { slot } from "./inquiry.ts";

type Remember = EventOf<"remember">;

/**
 * How a consumer knows that it has seen a message. `claim`: one step, for all who ask the same store. `memory`: a
 * collection of this process. `looked-up`: a store is asked and told in two steps. `awaited`: only an id that the
 * program itself waits for, once. `elsewhere`: a function that is not here, by its name.
 */
export type Deduplication =
  | { readonly how: "claim" | "looked-up"; readonly asked: Event; readonly told: Event; readonly statement: boolean }
  | { readonly how: "memory"; readonly asked: Remember; readonly told: Remember; readonly collections: readonly HeapObject[] }
  | { readonly how: "awaited" | "elsewhere" };

export function deduplicationOf(timeline: Timeline, effect: Effect): Deduplication | undefined {
  const before = timeline.events.filter((event) => event.turn < effect.event.turn);
  return (
    claimed(timeline, before, effect) ??
    remembered(timeline, before, effect) ??
    lookedUp(timeline, before) ??
    (before.some((event) => namesDeduplication(timeline, event)) ? { how: "elsewhere" } : undefined)
  );
}

/** The answer of these is the claim; a program that does not look at it has claimed nothing. */
const ANSWERING = new Set(["ioredis", "redis", "upstash-redis"]);
/** What is claimed there ends by itself. */
const EXPIRING = new Set([...ANSWERING, "go-redis", "nats"]);

function claimed(timeline: Timeline, before: readonly Event[], effect: Effect): Deduplication | undefined {
  const { consumer, language } = timeline;
  for (const event of before) {
    if (isAct(event, "claim") && speaksOf(consumer, slot(event, "key"))) {
      const looks = language === "go" || !ANSWERING.has(event.model) || isDeeper(event, effect.event);
      if (looks || factsHeld(consumer, effect.event).some((fact) => fact.kind === "unseen" && fact.atomic))
        return { how: "claim", asked: event, told: event, statement: !EXPIRING.has(event.model) };
    }
    if (isAct(event, "effect") && (textsIn(slot(event, "statement")).some(isClaimStatement) || TABLE_OF_IDS.test(event.call)))
      return { how: "claim", asked: event, told: event, statement: true };
  }
  return undefined;
}

/** Asked in a function of its own, whose answer may have been put together in ways that are not followed. */
const isDeeper = (event: Event, effect: Event): boolean => event.stack.length > effect.stack.length;

function remembered(timeline: Timeline, before: readonly Event[], effect: Effect): Deduplication | undefined {
  const { consumer, events, language } = timeline;
  const ours = events.filter((event): event is Remember => event.kind === "remember" && speaksOf(consumer, event.what));
  for (const asked of ours) {
    if (asked.asks === undefined || !before.includes(asked)) continue;
    const collections = objectsOf(asked.collection);
    const same = (event: Remember): boolean => objectsOf(event.collection).some((object) => collections.includes(object));
    if (ours.some((event) => event.forgets && same(event) && before.includes(event))) return { how: "awaited" };
    const told = ours.find((event) => event.asks === undefined && !event.forgets && same(event));
    if (told === undefined) continue;
    const believed = asked.asks === "what" || language === "go" || isDeeper(asked, effect.event);
    if (believed || factsHeld(consumer, effect.event).some((fact) => fact.kind === "unseen"))
      return { how: "memory", asked, told, collections };
  }
  return undefined;
}

function lookedUp({ consumer, events }: Timeline, before: readonly Event[]): Deduplication | undefined {
  const asked = before.find((event) => isAct(event, "lookup") && speaksOf(consumer, slot(event, "key")));
  const told = events.find((event) => isAct(event, "store") && speaksOf(consumer, slot(event, "key")));
  return asked === undefined || told === undefined ? undefined : { how: "looked-up", asked, told, statement: false };
}

const NAMED = /dedup|duplicate|already|claim|idempot|_?seen|is_?new|first_?time|once\b|processed|replay/i;

const namesDeduplication = ({ consumer }: Timeline, event: Event): boolean =>
  (event.kind === "call" && NAMED.test(event.name) && speaksOf(consumer, event.given)) ||
  (event.kind === "act" && TABLE_OF_IDS.test(event.call));

const VERIFYING = /verif|authenticat|timing_?safe|compare_?digest|hmac|signature|jwt/i;

/** Somebody checks who wrote it, on the way. */
export const isVerified = ({ events, consumer }: Timeline, until: Event): boolean =>
  factsHeld(consumer, until).some((fact) => fact.kind === "authentic") ||
  events.some(
    (event) =>
      event.turn < until.turn &&
      ((event.kind === "call" && VERIFYING.test(event.name)) ||
        (event.kind === "act" && VERIFYING.test(event.call)) ||
        event.around.some((one) => one.kind === "call" && VERIFYING.test(one.name))),
  );

const AGE_NAMED = /fresh|stale|expired|too_?old|check_?age|max_?age/i;

/** Where a message's age is compared with a bound. */
export const ageChecks = ({ events, consumer }: Timeline): readonly EventOf<"compare">[] =>
  events.filter(
    (event): event is EventOf<"compare"> =>
      event.kind === "compare" && isTime(event.what) && partsIn(consumer.origin.id, event.what).length > 0,
  );

/** Brokers that stamp a message when they take it, whatever its author says: that time is one, and lies in the past. */
const STAMPING = new Set(["sqs", "sns", "kinesis", "google-pubsub", "azure-servicebus", "azure-eventhubs", "azure-queue"]);

export const isBrokersTime = ({ consumer }: Timeline, { what }: EventOf<"compare">): boolean =>
  STAMPING.has(consumer.broker) && partsIn(consumer.origin.id, what).every(({ content }) => content === "time");

export const checksAge = (timeline: Timeline): boolean =>
  ageChecks(timeline).length > 0 || timeline.events.some((event) => event.kind === "call" && AGE_NAMED.test(event.name));

// REP-06: the id is remembered, then the work fails, and the next delivery is taken for a copy: the event is lost.
import type { Event } from "../../engine/events.ts";
import { guardingTry, inCatch, precedes, timelines, triesAround, type Timeline } from "../../judge/consumer.ts";
import { deduplicationOf, type Deduplication } from "../../judge/replay.ts";
import { type Effect, textsIn } from "../../judge/effects.ts";
import { type ActEvent, slot } from "../../judge/inquiry.ts";
import { type Draft, rule } from "../rule.ts";

export const recordedBeforeProcessing = rule({
  id: "recorded-before-processing",
  title: "A message is remembered before it is handled",
  threats: ["REP-06"],
  axis: "replay",
  severity: "high",
  fix: "Claim before, commit after, and give the claim back when the handler fails; or do both in one database transaction. The `Consumer` of @sallyport/guard claims, commits and releases.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      for (const effect of timeline.effects) {
        const known = deduplicationOf(timeline, effect);
        if (known === undefined || !("told" in known) || !precedes(known.told, effect.event)) continue;
        if (isReleased(timeline, effect, known) || isInTransaction(timeline, known, effect)) continue;
        yield {
          file: known.told.file,
          at: known.told.at,
          message: `The id of a message from \`${timeline.consumer.name}\` is remembered before \`${effect.what}\`, and stays when that fails: the next delivery is taken for a copy, and the event is lost.`,
          confidence: known.how === "memory" ? "high" : "medium",
        };
        break;
      }
    }
  },
});

type Told = Extract<Deduplication, { readonly told: Event }>;

const RELEASES = /(?:^|\.|_)(?:del|delete|unlink|release|remove|discard|forget|rollback|Del|Delete|Release|Rollback|rem)\w*$/;

/** Where the failure is caught, or at the end of the `try`, it is taken back. */
function isReleased({ events, language }: Timeline, { event }: Effect, known: Told): boolean {
  const tried = guardingTry(event);
  return events.some((other) => {
    if (other.turn < known.told.turn) return false;
    const onFailure =
      language === "go" ||
      triesAround(other).some(({ part, id }) => part !== "body" && (tried === undefined || id === tried.id || inCatch(other)));
    if (!onFailure) return false;
    if (other.kind === "remember") return other.forgets;
    if (other.kind === "act") return RELEASES.test(other.call) && other.act.kind !== "ack" && other.act.kind !== "nack";
    return other.kind === "call" && RELEASES.test(other.name);
  });
}

const TRANSACTION = /transaction|begin|atomic|\btx\b|commit|rollback/i;

const begins = (event: ActEvent): boolean =>
  textsIn(slot(event, "statement")).some((text) => /^\s*(?:begin|start\s+transaction)\b/i.test(text));

/** Both are rolled back together. */
function isInTransaction({ events }: Timeline, known: Told, effect: Effect): boolean {
  if (known.how !== "claim" || !known.statement || effect.event.kind !== "act" || effect.event.act.kind !== "effect") return false;
  return (
    [known.told, effect.event].every((event) => event.around.some((one) => "name" in one && TRANSACTION.test(one.name))) ||
    events.some((event) => event.kind === "act" && (TRANSACTION.test(event.call) || /^\w*tx\./i.test(event.call) || begins(event))) ||
    events.some((event) => event.kind === "call" && TRANSACTION.test(event.name))
  );
}

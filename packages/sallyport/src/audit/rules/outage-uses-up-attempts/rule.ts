// PSN-08: while something else is down, every good message uses up its attempts within seconds.
import type { Event } from "../../engine/events.ts";
import { branchesAround, caughtBy, guardingTry, isAct, requeues, timelines, type Timeline } from "../../judge/consumer.ts";
import { isCounted } from "../../judge/failure.ts";
import { failuresOf, within } from "../../judge/error-branch.ts";
import type { ActEvent } from "../../judge/inquiry.ts";
import { type Draft, rule } from "../rule.ts";

export const outageUsesUpAttempts = rule({
  id: "outage-uses-up-attempts",
  title: "An outage uses up the attempts of every message",
  threats: ["PSN-08"],
  axis: "poison",
  severity: "low",
  fix: "Tell a message that cannot be handled from a dependency that is down: for the latter stop consuming, and count no attempt. The `Consumer` of @sallyport/guard pauses behind a circuit breaker.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const nack = timeline.nacks.find(
        (one) => requeues(one) && isCounted(timeline, one) && !one.at_.has("delay") && isBlind(timeline, one),
      );
      if (nack === undefined) continue;
      yield {
        file: nack.file,
        at: nack.at,
        message: `Whatever fails in handling \`${timeline.consumer.name}\` uses up an attempt, and the next comes at once: while a dependency is down, every good message ends among the dead letters.`,
        confidence: "low",
      };
    }
  },
});

/** In the `catch` nothing is asked but the count, and nothing waits. */
function isBlind(timeline: Timeline, nack: ActEvent): boolean {
  const effect = timeline.effects[0];
  if (timeline.language === "go") return effect !== undefined && isBlindInGo(timeline, effect.event, nack);
  const tried = effect === undefined ? undefined : guardingTry(effect.event);
  if (tried === undefined || branchesAround(nack).length > 1) return false;
  const caught = caughtBy(timeline, tried);
  return caught.includes(nack) && !caught.some((event) => event.kind === "timer" || isAct(event, "timer"));
}

function isBlindInGo(timeline: Timeline, effect: Event, nack: ActEvent): boolean {
  const failed = failuresOf(timeline, effect).at(-1);
  if (failed === undefined) return false;
  const done = within(timeline.events, failed);
  const inside = branchesAround(nack).length - branchesAround(failed).length;
  return done.includes(nack) && inside <= 1 && !done.some((event) => event.kind === "timer" || isAct(event, "timer"));
}

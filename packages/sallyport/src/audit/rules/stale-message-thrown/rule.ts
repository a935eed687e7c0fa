// REP-02, PSN-01: an old message is recognised by throwing, which asks for it again.
import type { Event } from "../../engine/events.ts";
import type { Facts } from "../../engine/facts.ts";
import { branchesAround, isAct, requeues, retriesUncaught, retriesWhatThrows, timelines, type Timeline } from "../../judge/consumer.ts";
import { returnsError } from "../../judge/error-branch.ts";
import { type Draft, rule } from "../rule.ts";

export const staleMessageThrown = rule({
  id: "stale-message-thrown",
  title: "A message that is too old is tried again",
  threats: ["REP-02", "PSN-01"],
  axis: "poison",
  severity: "medium",
  fix: "A message that is too old stays too old. Settle it there: dead-letter it with that reason, or acknowledge it, and return. The `Consumer` of @sallyport/guard tells final failures from those worth another try.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      for (const event of timeline.events) {
        if (!isForAge(event) || !comesAgain(timeline, event)) continue;
        yield {
          file: event.file,
          at: event.at,
          message: `A message from \`${timeline.consumer.name}\` that is too old is ${event.kind === "act" ? "given back" : event.kind === "throw" ? "thrown as an error, which gives it back" : "returned as an error, which gives it back"} to be tried again.`,
          confidence: "high",
        };
      }
    }
  },
});

const comesAgain = (timeline: Timeline, event: Event): boolean =>
  event.kind === "throw"
    ? retriesWhatThrows(timeline, event)
    : isAct(event, "nack")
      ? requeues(event)
      : timeline.language === "go" && returnsError(event) && event.stack.length <= 1 && retriesUncaught(timeline);

/** It is thrown where the age was found to be too great. */
function isForAge(event: Event): boolean {
  const innermost = branchesAround(event).at(-1);
  if (innermost?.test.test === undefined) return false;
  const { whenTrue, whenFalse } = innermost.test.test;
  return holdsAge(innermost.side === 1 ? whenFalse : whenTrue);
}

const holdsAge = (facts: Facts): boolean => [...facts.values()].some((list) => list.some(({ kind }) => kind === "recent"));

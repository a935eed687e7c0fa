// PSN-03: the wait before a retry is held by this process, and the message with it.
import type { Event } from "../../engine/events.ts";
import { branchesAround, inCatch, isAct, precedes, requeues, timelines, triesAround, type Timeline } from "../../judge/consumer.ts";
import { type Draft, rule } from "../rule.ts";

export const retryWaitsInMemory = rule({
  id: "retry-waits-in-memory",
  title: "A retry waits in memory",
  threats: ["PSN-03"],
  axis: "poison",
  severity: "medium",
  fix: "Let the broker or the store wait: a delay queue, a visibility timeout, `nak` with a delay. Waiting here fills the prefetch and stops the queue. The `Consumer` of @sallyport/guard keeps the delay in its store.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const timer = timeline.events.find((event) => waits(event) && holdsRetry(timeline, event));
      if (timer === undefined) continue;
      yield {
        file: timer.file,
        at: timer.at,
        message: `A message from \`${timeline.consumer.name}\` (${timeline.consumer.broker}) that failed is held unsettled while this process waits: a few such messages stop all others, and the wait is lost with the process.`,
        confidence: "high",
      };
    }
  },
});

const waits = (event: Event): boolean =>
  event.kind === "timer" || isAct(event, "timer") || (event.kind === "call" && /(?:^|\.)(?:sleep|delay|wait|back_?off)$/i.test(event.name));

/** It is given back, or thrown, when the time is over. */
function holdsRetry({ nacks, events, language }: Timeline, timer: Event): boolean {
  const afterwards = (event: Event): boolean => event.turn > timer.turn;
  if (nacks.some((nack) => afterwards(nack) && nack.around.some((one) => one.kind === "callback" && one.of === "timer"))) return true;
  // In Go a failure is a branch.
  if (language === "go") return branchesAround(timer).length > 0 && nacks.some((nack) => requeues(nack) && precedes(timer, nack));
  if (!inCatch(timer)) return false;
  const ids = new Set(triesAround(timer).flatMap(({ id, part }) => (part === "catch" ? [id] : [])));
  const sameCatch = (event: Event): boolean => triesAround(event).some(({ id, part }) => part === "catch" && ids.has(id));
  return (
    nacks.some((nack) => afterwards(nack) && sameCatch(nack)) ||
    events.some((event) => event.kind === "throw" && afterwards(event) && sameCatch(event))
  );
}

// PSN-02: the attempts are read from a header that giving back cannot change.
import type { Event } from "../../engine/events.ts";
import { inCatch, isAct, partsIn, requeues, retriesWhatThrows, timelines, type Timeline } from "../../judge/consumer.ts";
import { countsByHeader } from "../../judge/failure.ts";
import { type Draft, rule } from "../rule.ts";

export const retryCounterNeverCounts = rule({
  id: "retry-counter-never-counts",
  title: "The retry counter never counts",
  threats: ["PSN-02", "PSN-01"],
  axis: "poison",
  severity: "high",
  fix: "Keep the count where you write it: a store of your own, counted when the attempt begins, or the broker's own count on a queue with a delivery limit. The `Consumer` of @sallyport/guard keeps its own.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const again = timeline.events.find((event) => isAct(event, "publish") && event.at_.has("headers") && countsByHeader(timeline, event));
      if (again !== undefined && !timeline.deadLetters.some((event) => event === again) && isForgeable(timeline)) {
        yield {
          file: again.file,
          at: again.at,
          message: `A message from \`${timeline.consumer.name}\` is published again with one attempt more than its header says, and whoever wrote the message wrote that header: it begins at -999, or is no number and never reaches the limit.`,
          threats: ["PSN-02"],
          severity: "medium",
          confidence: "medium",
        };
        continue;
      }
      // Published again with a higher count, it does count.
      if (timeline.events.some((event) => isAct(event, "publish") && inCatch(event) && event.at_.has("headers"))) continue;
      const retry = timeline.events.find((event) => countsByHeader(timeline, event) && retries(timeline, event));
      if (retry === undefined) continue;
      yield {
        file: retry.file,
        at: retry.at,
        message: `A message from \`${timeline.consumer.name}\` is given back with the headers that it came with, so the count of attempts that is read from them never grows: the limit is never reached, and nothing is ever dead-lettered. Whoever wrote the message wrote the count too.`,
        confidence: "high",
      };
    }
  },
});

/** The count is taken as it is: nothing asks whether it is too low to be one. */
function isForgeable({ events, consumer }: Timeline): boolean {
  const counts = events.flatMap((event) =>
    event.kind === "compare" ? [partsIn(consumer.origin.id, event.what).filter(({ content }) => content === "headers")] : [],
  );
  const asked = counts.filter((taints) => taints.length > 0);
  return asked.length === 1 && asked.every((taints) => taints.every(({ floored }) => floored !== true));
}

const retries = (timeline: Timeline, event: Event): boolean =>
  (isAct(event, "nack") && requeues(event)) || (event.kind === "throw" && inCatch(event) && retriesWhatThrows(timeline, event));

// REP-07: between the question and the record another copy asks the same question.
import type { Event } from "../../engine/events.ts";
import { timelines, type Timeline } from "../../judge/consumer.ts";
import { deduplicationOf } from "../../judge/replay.ts";
import { type Draft, rule } from "../rule.ts";

export const checkThenRecord = rule({
  id: "check-then-record",
  title: "Two copies at once both pass as new",
  threats: ["REP-07"],
  axis: "replay",
  severity: "medium",
  fix: "Make it one step: `SET key value NX EX seconds`, or an insert that a unique key refuses, and look at the answer. The `Consumer` of @sallyport/guard claims so.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      for (const effect of timeline.effects) {
        const known = deduplicationOf(timeline, effect);
        if (known === undefined || !("told" in known) || known.how === "claim") continue;
        if (known.how === "memory" && !waitsBetween(timeline, known.asked, known.told)) continue;
        yield {
          file: known.asked.file,
          at: known.asked.at,
          message: `Whether a message from \`${timeline.consumer.name}\` was seen is asked here and recorded later: two copies that are in flight at once both pass.`,
          confidence: known.how === "looked-up" ? "high" : "medium",
        };
        break;
      }
    }
  },
});

/** In one process others run only while this one waits. */
const waitsBetween = ({ events, language }: Timeline, asked: Event, told: Event): boolean =>
  language !== "go" &&
  events.some(
    (event) => event.turn > asked.turn && event.turn < told.turn && (event.kind === "act" || event.kind === "call") && event.awaited,
  );

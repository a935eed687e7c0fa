// REP-02: ids are remembered for a while, and a copy that comes later than that is new again.
import { checksAge, deduplicationOf } from "../../judge/replay.ts";
import { timelines, where } from "../../judge/consumer.ts";
import { type Draft, rule } from "../rule.ts";

export const noAgeCheck = rule({
  id: "no-age-check",
  title: "A message of any age is handled",
  threats: ["REP-02"],
  axis: "replay",
  severity: "medium",
  fix: "Reject what is older than the time for which ids are remembered, and dead-letter it: it is final, and no retry makes it younger. The `Consumer` of @sallyport/guard does.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      if (checksAge(timeline)) continue;
      for (const effect of timeline.effects) {
        const known = deduplicationOf(timeline, effect);
        // What is never forgotten needs no age; what is not here is not known.
        if (known === undefined || known.how === "awaited" || known.how === "elsewhere") continue;
        if (known.how === "claim" && known.statement) continue;
        yield {
          file: effect.event.file,
          at: effect.event.at,
          message: `\`${effect.what}\` acts on messages of any age from \`${timeline.consumer.name}\` (${timeline.consumer.broker}): once its id is forgotten, an old one acts again.`,
          notes: [where(timeline)],
          confidence: "medium",
        };
        break;
      }
    }
  },
});

// REP-05: the id and the time that keep a copy out are whatever its author wrote.
import { ageChecks, checksAge, deduplicationOf, isVerified } from "../../judge/replay.ts";
import { timelines, where } from "../../judge/consumer.ts";
import { type Draft, rule } from "../rule.ts";

export const unsignedMessage = rule({
  id: "unsigned-message",
  title: "Replay is kept out by an id and a time that anybody can write",
  threats: ["REP-05"],
  axis: "replay",
  severity: "medium",
  fix: "Verify a signature over id, time, type, destination and data before any of them is believed. The `Publisher` of @sallyport/guard signs, its `Consumer` verifies, with keys that can be rotated.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      for (const effect of timeline.effects) {
        const known = deduplicationOf(timeline, effect);
        // Without either there is no guard to go around: see no-deduplication.
        if (known === undefined || known.how === "awaited" || isVerified(timeline, effect.event)) continue;
        const believed = ageChecks(timeline).length > 0 || checksAge(timeline) ? "id and time are" : "id is";
        yield {
          file: effect.event.file,
          at: effect.event.at,
          message: `\`${effect.what}\` acts on a message from \`${timeline.consumer.name}\` (${timeline.consumer.broker}) whose ${believed} believed unsigned: whoever can write there sends the same order under a new one.`,
          notes: [where(timeline), "Where only one trusted program can write to it, the broker's own permissions may be enough."],
          confidence: "low",
          status: "not-determined",
        };
        break;
      }
    }
  },
});

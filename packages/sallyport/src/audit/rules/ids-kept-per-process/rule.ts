// REP-10: a restart, or a second process of the same group, has seen nothing.
import { timelines } from "../../judge/consumer.ts";
import { deduplicationOf } from "../../judge/replay.ts";
import { type Draft, rule } from "../rule.ts";

export const idsKeptPerProcess = rule({
  id: "ids-kept-per-process",
  title: "Seen ids are forgotten with the process",
  threats: ["REP-10"],
  axis: "replay",
  severity: "medium",
  fix: "Keep them where a restart and every process of the group find them: SQLite on one machine, Redis or PostgreSQL for several. The `Consumer` of @sallyport/guard takes either as its `claims`.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      for (const effect of timeline.effects) {
        const known = deduplicationOf(timeline, effect);
        if (known?.how !== "memory") continue;
        yield {
          file: known.asked.file,
          at: known.asked.at,
          message: `Whether a message from \`${timeline.consumer.name}\` was seen is asked of this process's memory: after a restart, and in a second process, the same message is new.`,
          confidence: "high",
        };
        break;
      }
    }
  },
});

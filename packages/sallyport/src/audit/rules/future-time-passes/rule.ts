// REP-04: a time in the future makes an age below nothing, now and for as long as it lies ahead.
import { factsHeld, timelines } from "../../judge/consumer.ts";
import { ageChecks, isBrokersTime } from "../../judge/replay.ts";
import { type Draft, rule } from "../rule.ts";

export const futureTimePasses = rule({
  id: "future-time-passes",
  title: "A time in the future passes as new",
  threats: ["REP-04"],
  axis: "replay",
  severity: "medium",
  fix: "Bound it both ways: no older than the window, and no further ahead than clocks may differ. The `Consumer` of @sallyport/guard allows a skew that you name.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const check = ageChecks(timeline).find((one) => !isBrokersTime(timeline, one));
      const effect = timeline.effects.find(({ event }) => check !== undefined && event.turn > check.turn);
      if (check === undefined || effect === undefined) continue;
      const facts = factsHeld(timeline.consumer, effect.event);
      if (!facts.some(({ kind }) => kind === "recent") || facts.some(({ kind }) => kind === "not-future")) continue;
      yield {
        file: check.file,
        at: check.at,
        message: `A message from \`${timeline.consumer.name}\` that is dated ahead passes this check, and keeps passing until its date has come and gone.`,
        way: check.what.taints[0]?.step,
        confidence: "high",
      };
    }
  },
});

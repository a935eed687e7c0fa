// REP-03: `NaN > window` is false, so a time that is no time is never too old.
import { factsHeld, timelines, type Timeline } from "../../judge/consumer.ts";
import type { Value } from "../../engine/value.ts";
import { ageChecks, isBrokersTime } from "../../judge/replay.ts";
import { type Draft, rule } from "../rule.ts";

export const unparsableTimePasses = rule({
  id: "unparsable-time-passes",
  title: "A time that cannot be read passes as new",
  threats: ["REP-03"],
  axis: "replay",
  severity: "high",
  fix: "Ask for what must hold: `if (!(age >= -skewMs && age <= windowMs)) reject(message)`, or check the time's form first. The `Consumer` of @sallyport/guard takes RFC 3339 and nothing else.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const check = ageChecks(timeline).find((one) => mayBeNaN(timeline, one.what) && !isBrokersTime(timeline, one));
      const effect = timeline.effects.find(({ event }) => check !== undefined && event.turn > check.turn);
      if (check === undefined || effect === undefined) continue;
      const facts = factsHeld(timeline.consumer, effect.event);
      const recent = facts.filter((fact) => fact.kind === "recent");
      const survives = recent.some((fact) => fact.survivesNaN) || facts.some(({ kind }) => kind === "finite");
      if (
        recent.length === 0 ||
        survives ||
        check.what.taints.some(({ schema }) => schema?.kind === "number" || schema?.pattern !== undefined)
      )
        continue;
      yield {
        file: check.file,
        at: check.at,
        message: `A message from \`${timeline.consumer.name}\` whose time cannot be read passes this check: its age is NaN, and no comparison with NaN holds.`,
        way: check.what.taints[0]?.step,
        confidence: "high",
      };
    }
  },
});

/** Python and Go say by an error that a date is none; a number that is none they let pass as JavaScript does. */
function mayBeNaN({ language }: Timeline, { atoms, taints }: Value): boolean {
  if (language === "go") return taints.some((taint) => taint.mayBeNaN === true);
  return language === "javascript" || !atoms.some((atom) => (atom.kind === "age" || atom.kind === "now") && atom.calendar === true);
}

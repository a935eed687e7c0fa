// REP-01: a message that is delivered again acts again. Says also, for the same place, that nothing asks how old it is.
import { isVerified, checksAge, deduplicationOf } from "../../judge/replay.ts";
import { timelines, where } from "../../judge/consumer.ts";
import { A_LOOP } from "../../judge/effects.ts";
import { isMadeUp } from "../../judge/inquiry.ts";
import { type Draft, rule } from "../rule.ts";

export const noDeduplication = rule({
  id: "no-deduplication",
  title: "A message delivered twice acts twice",
  threats: ["REP-01", "REP-02", "REP-05"],
  axis: "replay",
  severity: "high",
  fix: "Claim the message's id in one atomic step before acting, for all consumers of the group, and commit it after: the `Consumer` of @sallyport/guard does, with a store that outlives the process.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const { consumer } = timeline;
      const effect = timeline.effects.find((one) => deduplicationOf(timeline, one) === undefined);
      // What answers this process alone ends with it: there is no second delivery to a later one.
      if (effect === undefined || (consumer.destination !== undefined && isMadeUp(consumer.destination))) continue;
      const aged = checksAge(timeline);
      const verified = isVerified(timeline, effect.event);
      const elsewhere = effect.unknown && effect.what !== A_LOOP;
      const also = [...(aged ? [] : ["how old it is"]), ...(verified ? [] : ["who wrote it"])];
      yield {
        file: effect.event.file,
        at: effect.event.at,
        message: `\`${effect.what}\` acts on every delivery of a message from \`${consumer.name}\` (${consumer.broker}): nothing asks whether it was handled before${also.length > 0 ? `, ${also.join(", or ")}` : ""}.`,
        notes: [where(timeline), ...(elsewhere ? [`\`${effect.what}\` is not in the source: its name says that it acts.`] : [])],
        threats: ["REP-01", ...(aged ? [] : ["REP-02"]), ...(verified ? [] : ["REP-05"])],
        severity: effect.unknown ? "medium" : "high",
        confidence: effect.unknown ? "medium" : "high",
      };
    }
  },
});

// PSN-11, PSN-01: the failure is caught, and the broker is not told.
import { timelines, where } from "../../judge/consumer.ts";
import { swallowedFailure } from "../../judge/failure.ts";
import { type Draft, rule } from "../rule.ts";

export const failureNotSettled = rule({
  id: "failure-not-settled",
  title: "A failure is caught and the message not settled",
  threats: ["PSN-11"],
  axis: "poison",
  severity: "medium",
  fix: "Decide in the `catch` what becomes of the message: give it back a bounded number of times, or put it among the dead letters, and settle it then. The `Consumer` of @sallyport/guard settles every outcome.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const swallowed = swallowedFailure(timeline);
      // What is leased comes again by itself: see unbounded-retry.
      if (swallowed === undefined || swallowed.end === "again") continue;
      const { consumer } = timeline;
      const lost = swallowed.end === "lost";
      yield {
        file: swallowed.file,
        at: swallowed.at,
        message: lost
          ? `A failure in handling a message from \`${consumer.name}\` (${consumer.broker}) ends here, and the message counts as handled: it is lost.`
          : `A failure in handling a message from \`${consumer.name}\` (${consumer.broker}) ends here, and the message is neither acknowledged nor given back: it holds its place until the connection ends, and then comes again.`,
        notes: [where(timeline)],
        threats: lost ? ["PSN-11"] : ["PSN-01", "PSN-11"],
        confidence: "high",
      };
    }
  },
});

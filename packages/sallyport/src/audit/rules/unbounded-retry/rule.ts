// PSN-01: a message that always fails comes back for ever.
import { timelines, where } from "../../judge/consumer.ts";
import { deadLettersElsewhere } from "../../judge/elsewhere.ts";
import { failsForEver, mayBeBoundElsewhere, swallowedFailure, unboundedRequeue, unguardedParse } from "../../judge/failure.ts";
import { type Draft, rule } from "../rule.ts";

export const unboundedRetry = rule({
  id: "unbounded-retry",
  title: "A message that always fails is tried for ever",
  threats: ["PSN-01"],
  axis: "poison",
  severity: "high",
  fix: "Count the attempts where the message cannot reset them, and after the last put it among the dead letters with its reason. The `Consumer` of @sallyport/guard counts when it claims.",
  *judge(analysis, infrastructure): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const { consumer } = timeline;
      const nack = consumer.broker === "azure-servicebus" ? undefined : unboundedRequeue(timeline);
      if (nack !== undefined) {
        yield {
          file: nack.file,
          at: nack.at,
          message: `\`${nack.call}\` gives a message from \`${consumer.name}\` (${consumer.broker}) back whenever it fails, and nothing counts how often: it comes at once, and for ever.`,
          notes: [where(timeline), "A delivery limit may be set on the broker, by a policy or a queue type that the source does not show."],
          confidence: SAYS_SO_ITSELF.has(consumer.broker) ? "high" : "low",
          status: SAYS_SO_ITSELF.has(consumer.broker) ? "found" : "not-determined",
        };
        continue;
      }
      const beside = deadLettersElsewhere(consumer.broker, infrastructure);
      const swallowed = swallowedFailure(timeline);
      if (swallowed?.end === "again" && !timeline.bounded && !timeline.deadLettered) {
        yield {
          file: swallowed.file,
          at: swallowed.at,
          message: `A message from \`${consumer.name}\` (${consumer.broker}) whose handling fails is left as it is and delivered again when its lease runs out: nothing here counts how often, and no dead letter ends it.`,
          notes: [where(timeline), beside.note],
          severity: "medium",
          confidence: beside.absent ? "medium" : "low",
          status: beside.absent ? "found" : "not-determined",
        };
        continue;
      }
      // Where parsing already throws, that is the place to begin.
      const fails = unguardedParse(timeline) === undefined ? failsForEver(timeline) : undefined;
      if (fails === undefined) continue;
      const elsewhere = mayBeBoundElsewhere(timeline);
      const open = elsewhere && !beside.absent;
      yield {
        file: fails.file,
        at: fails.at,
        message: `What fails here leaves the handler of \`${consumer.name}\` (${consumer.broker}), and the same message is ${consumer.consumes.onThrow === "stall" ? "tried again before any behind it" : "delivered again"}: no attempt is counted, and no dead letter ends it.`,
        notes: [where(timeline), ...(elsewhere ? [beside.note] : [])],
        severity: open ? "medium" : "high",
        confidence: open ? "low" : "medium",
        status: open ? "not-determined" : "found",
      };
    }
  },
});

/** There a message that is given back comes again without end, unless its queue was declared otherwise. */
const SAYS_SO_ITSELF: ReadonlySet<string> = new Set(["rabbitmq", "amqp", "kafka", "pulsar"]);

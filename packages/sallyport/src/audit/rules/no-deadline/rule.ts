// PSN-05: a handler waits for an answer that may never come, and the message waits with it.
import { isAct, timelines } from "../../judge/consumer.ts";
import { type Draft, rule } from "../rule.ts";

export const noDeadline = rule({
  id: "no-deadline",
  title: "A request in a consumer may take for ever",
  threats: ["PSN-05"],
  axis: "poison",
  severity: "low",
  fix: "Give every request in a handler a time limit, and the handler one of its own: past it the attempt has failed. The `Consumer` of @sallyport/guard aborts a handler at its deadline.",
  *judge(analysis): Iterable<Draft> {
    const limited = new Set(analysis.events.flatMap((event) => (isAct(event, "deadline") ? event.act.of : [])));
    for (const timeline of timelines(analysis)) {
      const request = timeline.events.find(
        (event) =>
          isAct(event, "http") &&
          // Only of clients that are known to have no limit of their own.
          event.act.deadline !== undefined &&
          !event.at_.has("deadline") &&
          !limited.has(event.model) &&
          !event.around.some((one) => "name" in one && LIMITS.test(one.name)),
      );
      if (request?.kind !== "act") continue;
      yield {
        file: request.file,
        at: request.at,
        message: `\`${request.call}\` has no time limit: a server that never answers holds the message from \`${timeline.consumer.name}\` (${timeline.consumer.broker}), and what waits behind it.`,
        confidence: "medium",
      };
    }
  },
});

const LIMITS = /time_?out|deadline|wait_?for|race/i;

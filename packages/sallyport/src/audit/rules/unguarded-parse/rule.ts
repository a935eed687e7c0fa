// PSN-04: bytes that do not parse are thrown out of the handler, and come again.
import { retriesUncaught, speaksOf, timelines } from "../../judge/consumer.ts";
import { deadLettersElsewhere } from "../../judge/elsewhere.ts";
import { unguardedParse } from "../../judge/failure.ts";
import { type Draft, rule } from "../rule.ts";

export const unguardedParseRule = rule({
  id: "unguarded-parse",
  title: "A message that does not parse throws out of the consumer",
  threats: ["PSN-04", "PSN-01"],
  axis: "poison",
  severity: "high",
  fix: "Parse within a `try`, and put what does not parse among the dead letters at once: no retry makes it parse. The `Consumer` of @sallyport/guard parses within bounds and never retries what is malformed.",
  *judge(analysis, infrastructure): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const parse = unguardedParse(timeline);
      if (parse === undefined) continue;
      const { consumer } = timeline;
      const beside = deadLettersElsewhere(consumer.broker, infrastructure);
      const open = consumer.consumes.boundedElsewhere === true && !beside.absent;
      const again = retriesUncaught(timeline);
      const end = consumer.consumes.onThrow === "crash" || consumer.pulled ? "ends the consumer" : "fails the handler";
      yield {
        file: parse.file,
        at: parse.at,
        message: `One message from \`${consumer.name}\` (${consumer.broker}) that does not parse ${end}${again ? ", and is delivered again when it comes back" : ""}.`,
        way: parse.kind === "parse" && speaksOf(consumer, parse.input) ? parse.input.taints[0]?.step : undefined,
        threats: again ? ["PSN-04", "PSN-01"] : ["PSN-04"],
        ...(open && { notes: [beside.note], status: "not-determined" }),
        severity: again && !open ? "high" : "medium",
        confidence: open ? "low" : "high",
      };
    }
  },
});

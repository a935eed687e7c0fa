// PSN-13: what anybody wrote to the broker is handed to the model as it is.
import { handedOut } from "../../judge/results.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const rawBrokerContent = rule({
  id: "raw-broker-content",
  title: "Broker content reaches the model raw",
  threats: ["PSN-13"],
  axis: "poison",
  severity: "medium",
  fix: "Bound how much is handed out, in messages and in bytes, give it a type, and mark it as data from outside whose words are not instructions.",
  *judge(analysis): Iterable<Draft> {
    for (const { tool, file, at, taints } of handedOut(analysis)) {
      yield {
        file,
        at,
        message: `The tool \`${tool}\` hands the model what \`${taints[0]?.origin.name ?? "the broker"}\` holds, without bound or mark: whoever can write there speaks to the model.`,
        way: wayOf(taints),
      };
    }
  },
});

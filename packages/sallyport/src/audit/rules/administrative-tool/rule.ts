// DST-09: a tool deletes, purges, creates or reconfigures what belongs to the operator.
import { acts, controlled, isOwn, slot } from "../../judge/inquiry.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const administrativeTool = rule({
  id: "administrative-tool",
  title: "A tool administers the broker",
  threats: ["DST-09"],
  axis: "confusion",
  severity: "high",
  fix: "Take it out of the tools: creating, deleting and purging are the operator's, with the broker's own tools and an account that the server does not have.",
  *judge(analysis): Iterable<Draft> {
    for (const event of acts(analysis, "admin")) {
      if (event.entry.kind !== "tool" || !event.act.destroys || isOwn(event, slot(event, "target"))) continue;
      const taints = controlled(event, slot(event, "target"));
      yield {
        file: event.file,
        at: event.at,
        message: `The tool \`${event.entry.name}\` can ${event.act.operation} on the broker through \`${event.call}\` (${event.broker})${taints.length > 0 ? ", and the model says what" : ""}.`,
        way: wayOf(taints),
        confidence: event.guessed ? "medium" : "high",
      };
    }
  },
});

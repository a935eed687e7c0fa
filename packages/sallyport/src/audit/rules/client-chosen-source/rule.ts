// DST-02: the model names what is read, subscribed to or browsed.
import { acts, controlled, slot, askedOf, weaknesses } from "../../judge/inquiry.ts";
import { isLookup } from "../../judge/lookups.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const clientChosenSource = rule({
  id: "client-chosen-source",
  title: "The model chooses what is read",
  threats: ["DST-02"],
  axis: "confusion",
  severity: "high",
  fix: "Let the server choose what each tool reads. Where a caller must choose, look the choice up in a Map that the server wrote, and refuse patterns.",
  *judge(analysis): Iterable<Draft> {
    for (const event of acts(analysis, "read", "subscribe")) {
      const taints = controlled(event, slot(event, "destination")).filter((taint) => taint.prototype !== true);
      if (taints.length === 0 || isLookup(analysis, event)) continue;
      yield {
        file: event.file,
        at: event.at,
        message: `${askedOf(taints)} lets the model choose what \`${event.call}\` reads (${event.broker}).`,
        way: wayOf(taints),
        notes: weaknesses(event, taints),
        confidence: event.guessed ? "medium" : "high",
      };
    }
  },
});

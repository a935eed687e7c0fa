// PUB-01, PUB-02: what is published is whatever the model writes.
import { acts, controlled, isGuarded, slot, askedOf, weaknesses } from "../../judge/inquiry.ts";
import { freeParts } from "../../judge/payload.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const unvalidatedPayload = rule({
  id: "unvalidated-payload",
  title: "The model writes the message",
  threats: ["PUB-01", "PUB-02"],
  axis: "injection",
  severity: "high",
  fix: "Give each event a tool of its own with a strict schema of its data, and let the server make the message from the checked fields. A schema that only says `string` lets any command through.",
  *judge(analysis): Iterable<Draft> {
    for (const event of acts(analysis, "publish")) {
      const chosen = controlled(event, slot(event, "destination")).some((taint) => taint.prototype !== true);
      const payload = freeParts(event, slot(event, "payload"), chosen);
      const type = controlled(event, slot(event, "type")).filter((taint) => !isGuarded(event, taint));
      const taints = payload.length > 0 ? payload : type;
      if (taints.length === 0) continue;
      yield {
        file: event.file,
        at: event.at,
        message: `${askedOf(taints)} publishes what the model writes through \`${event.call}\` (${event.broker}), and no schema of the event stands between.`,
        way: wayOf(taints),
        notes: weaknesses(event, taints),
        confidence: event.guessed ? "medium" : "high",
      };
    }
  },
});

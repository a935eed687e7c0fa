// PUB-05: the model writes headers, which brokers and consumers obey before anybody reads the message.
import { controlled, slot, askedOf } from "../../judge/inquiry.ts";
import { eachPlace, lastName, published } from "../../judge/publishing.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const clientSetHeaders = rule({
  id: "client-set-headers",
  title: "The model writes a message's headers",
  threats: ["PUB-05"],
  axis: "injection",
  severity: "medium",
  fix: "Let the server make the headers, from what it knows alone. What a caller says belongs into the data, under the event's schema.",
  *judge(analysis): Iterable<Draft> {
    const drafts = published(analysis).flatMap((event): readonly Draft[] => {
      const headers = slot(event, "headers");
      const taints = controlled(event, headers);
      if (taints.length === 0) return [];
      const whole = taints.some(
        (taint) => !taint.derived && /^(|.*(headers?|attributes|properties|options|metadata))$/i.test(lastName(taint)),
      );
      return [
        {
          file: event.file,
          at: event.at,
          message: `${askedOf(taints)} lets the model write ${whole ? "the headers" : "a header"} of what \`${event.call}\` publishes (${event.broker})${EFFECTS.get(event.broker) ?? ""}.`,
          way: wayOf(taints),
          severity: whole ? "medium" : "low",
          confidence: event.guessed ? "medium" : "high",
        },
      ];
    });
    yield* eachPlace(drafts);
  },
});

/** What a header does there. */
const EFFECTS: ReadonlyMap<string, string> = new Map([
  ["rabbitmq", ": `CC` and `BCC` send it to other queues, `reply-to` and `expiration` are obeyed by the broker"],
  ["amqp", ": `reply-to` is obeyed by whoever answers"],
  ["nats", ": `Nats-Msg-Id` and `Nats-Rollup` are obeyed by the server"],
  ["kafka", ": consumers route, retry and trace by them"],
]);

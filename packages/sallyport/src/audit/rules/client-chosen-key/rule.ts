// PUB-06: the model decides which partition, group or place in the line a message takes.
import { controlled, factsAt, slot, askedOf } from "../../judge/inquiry.ts";
import { eachPlace, lastName, plainName, published } from "../../judge/publishing.ts";
import type { Event } from "../../engine/events.ts";
import type { Taint } from "../../engine/taint.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const clientChosenKey = rule({
  id: "client-chosen-key",
  title: "The model chooses key, partition, priority or delay",
  threats: ["PUB-06"],
  axis: "injection",
  severity: "low",
  fix: "Compute the key from the event's checked data (the id of the thing that it is about), and let the server set partition, priority and delay.",
  *judge(analysis): Iterable<Draft> {
    const drafts = published(analysis).flatMap((event): readonly Draft[] => {
      const taints = controlled(event, slot(event, "key")).filter((taint) => !isOfTheData(event, taint));
      if (taints.length === 0) return [];
      const said = [...new Set(taints.map(lastName).filter((name) => name !== ""))].map((name) => `\`${name}\``).join(", ");
      return [
        {
          file: event.file,
          at: event.at,
          message: `${askedOf(taints)} lets the model choose the key, partition, priority or delay of what \`${event.call}\` publishes (${event.broker})${said === "" ? "" : `, by ${said}`}: one partition can be made hot, a queue be jumped or held up.`,
          way: wayOf(taints),
          confidence: event.guessed ? "medium" : "high",
        },
      ];
    });
    yield* eachPlace(drafts);
  },
});

const NAMES_A_KEY =
  /(?:^|message|record|partition|routing|job)(?:key|partition|partitionkey|shard|shardid|priority|delay|delayseconds|delayms|ttl|expiration|expiry|groupid|messagegroupid|hashkey|explicithashkey|orderingkey|sessionid|lifo|attempts)$/;

/** A key that is the id of what the event is about, checked against the event's schema, is what a key should be. */
function isOfTheData(event: Event, taint: Taint): boolean {
  const isChecked = taint.schema !== undefined || factsAt(event, taint).some((fact) => fact.kind === "checked");
  return (isChecked || taint.derived) && taint.path !== "" && !NAMES_A_KEY.test(plainName(lastName(taint)));
}

// PSN-10: what ended among the dead letters is what somebody wrote to break a consumer, and here it acts.
import type { Event } from "../../engine/events.ts";
import { deepTaints } from "../../engine/reach.ts";
import { factsHeld, isAct, namesDeadLetters, speaksOf, timelines, type Timeline } from "../../judge/consumer.ts";
import { isVerified } from "../../judge/replay.ts";
import { slot } from "../../judge/inquiry.ts";
import { type Draft, rule } from "../rule.ts";

export const deadLetterTrusted = rule({
  id: "dead-letter-trusted",
  title: "Dead letters are acted on as they are",
  threats: ["PSN-10"],
  axis: "poison",
  severity: "medium",
  fix: "Treat a dead letter as bytes from outside: validate it like any message, or more, before it is sent again, and let a person decide. `sallyport dead redrive` verifies, and signs a new generation of the event.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      const { consumer } = timeline;
      if (consumer.destination === undefined ? !DEAD.test(consumer.name) : !namesDeadLetters(consumer.destination)) continue;
      const acting =
        timeline.effects.map(({ event }) => event)[0] ??
        timeline.events.find((event) => isAct(event, "publish") && speaksOf(consumer, slot(event, "payload")));
      if (acting === undefined || isValidated(timeline, acting)) continue;
      yield {
        file: acting.file,
        at: acting.at,
        message: `What ended in \`${consumer.name}\` is ${isAct(acting, "publish") ? "published again" : "acted on"} as it is, without a check: it got there because it broke something, and whoever wrote it chose every byte.`,
        confidence: "medium",
      };
    }
  },
});

const DEAD = /dead.?letter|dlq|dlx|poison/i;
const VALIDATES = /validat|schema|verify|sanitize|safeParse/i;

function isValidated(timeline: Timeline, event: Event): boolean {
  const { consumer, events } = timeline;
  if (isVerified(timeline, event)) return true;
  if (factsHeld(consumer, event).some(({ kind }) => kind === "checked" || kind === "authentic")) return true;
  const given = event.kind === "act" ? [...event.at_.values()] : event.kind === "call" ? [event.given] : [];
  const ours = given.flatMap((value) => deepTaints(value)).filter(({ origin }) => origin.id === consumer.origin.id);
  if (ours.some(({ schema }) => schema !== undefined)) return true;
  return events.some(
    (other) =>
      other.turn < event.turn &&
      ((other.kind === "call" && VALIDATES.test(other.name)) ||
        (other.kind === "act" && (other.act.kind === "validate" || VALIDATES.test(other.call)))),
  );
}

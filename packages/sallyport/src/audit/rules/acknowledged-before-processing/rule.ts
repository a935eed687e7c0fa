// PSN-11: the broker is told that a message is handled before it is. What fails after that is lost.
import type { Analysis } from "../../engine/interpreter.ts";
import { deepTaints } from "../../engine/reach.ts";
import { isAct, precedes, timelines, where, type Timeline } from "../../judge/consumer.ts";
import { swallowedFailure } from "../../judge/failure.ts";
import { acts, slot, type ActEvent } from "../../judge/inquiry.ts";
import { type Draft, rule } from "../rule.ts";

export const acknowledgedBeforeProcessing = rule({
  id: "acknowledged-before-processing",
  title: "A message is acknowledged before it is handled",
  threats: ["PSN-11"],
  axis: "poison",
  severity: "medium",
  fix: "Acknowledge when the effect is done, or the dead letter stored, and not before; turn automatic acknowledgement off. The `Consumer` of @sallyport/guard acknowledges after its commit.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) yield* tooEarly(timeline);
    yield* beforeTheAnswer(analysis);
  },
});

function* tooEarly(timeline: Timeline): Iterable<Draft> {
  const { consumer, effects, acks, nacks, deadLetters } = timeline;
  const [effect] = effects;
  if (effect === undefined) return;
  const ack = acks.find((one) => precedes(one, effect.event));
  if (ack !== undefined) {
    yield {
      file: ack.file,
      at: ack.at,
      message: `\`${ack.call}\` acknowledges a message from \`${consumer.name}\` (${consumer.broker}) before \`${effect.what}\`: when that fails, or the process ends, the message is lost.`,
      confidence: "high",
    };
    return;
  }
  const settled = acks.length + nacks.length + deadLetters.length > 0;
  if (consumer.consumes.settles !== "auto" || settled || !isChosen(timeline) || swallowedFailure(timeline) !== undefined) return;
  const lost = consumer.broker !== "kafka";
  yield {
    file: consumer.file,
    at: consumer.at,
    message: `Messages from \`${consumer.name}\` (${consumer.broker}) are acknowledged ${lost ? "as they are delivered" : "by the clock"}, and \`${effect.what}\` comes after: what fails there is lost.`,
    notes: [where(timeline)],
    confidence: lost ? "high" : "low",
    severity: lost ? "medium" : "low",
  };
}

/** Where acknowledging by hand is to be had. */
const isChosen = ({ consumer: { broker }, language }: Timeline): boolean => CHOSEN.has(broker) || (broker === "kafka" && language === "go");

const CHOSEN: ReadonlySet<string> = new Set(["rabbitmq", "redis", "azure-servicebus", "pulsar"]);

/** A tool takes messages off the broker, and only then answers with them: they are lost when the answer is. */
function* beforeTheAnswer(analysis: Analysis): Iterable<Draft> {
  const said = new Set<string>();
  for (const event of acts(analysis, "ack")) {
    const place = `${event.file}:${event.at}`;
    if (event.entry.kind !== "tool" || said.has(place)) continue;
    const parts = deepTaints(slot(event, "message")).filter(({ origin }) => origin.kind === "message");
    if (isOrdered(analysis, event) || !parts.some(({ origin }) => isAnsweredLater(analysis, event, origin.id))) continue;
    said.add(place);
    yield {
      file: event.file,
      at: event.at,
      message: `The tool \`${event.entry.name}\` takes messages off the broker with \`${event.call}\` before its answer is out: when the call fails after this, they are lost.`,
      severity: "low",
      confidence: "medium",
    };
  }
}

const isAnsweredLater = ({ events }: Analysis, ack: ActEvent, origin: number): boolean =>
  events.some(
    (event) =>
      event.kind === "return" &&
      event.entry === ack.entry &&
      event.turn > ack.turn &&
      deepTaints(event.value).some((taint) => taint.origin.id === origin),
  );

/** A consumer of NATS that is made for this reading, by options and not by name: nothing remembers what it acknowledged. */
const isOrdered = ({ events }: Analysis, ack: ActEvent): boolean =>
  ack.broker === "nats" &&
  events.some(
    (event) =>
      event.entry === ack.entry &&
      (isAct(event, "subscribe") || isAct(event, "read")) &&
      slot(event, "destination").atoms.some(({ kind }) => kind === "object"),
  );

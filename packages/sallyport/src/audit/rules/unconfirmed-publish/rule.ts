// PUB-11: the tool says that it published before the broker has the message, or when it has refused it.
import type { Around, EventOf } from "../../engine/events.ts";
import type { Analysis } from "../../engine/interpreter.ts";
import { walk } from "../../engine/reach.ts";
import { textsOf, type Value } from "../../engine/value.ts";
import { type ActEvent, eventsOf } from "../../judge/inquiry.ts";
import { folded, published } from "../../judge/publishing.ts";
import { type Draft, rule } from "../rule.ts";

export const unconfirmedPublish = rule({
  id: "unconfirmed-publish",
  title: "A tool reports what the broker has not confirmed",
  threats: ["PUB-11"],
  axis: "injection",
  severity: "medium",
  fix: "Wait for the broker's own confirmation before the tool answers (await the send, a confirm channel, a flush), and answer a failure with isError.",
  *judge(analysis): Iterable<Draft> {
    const events = published(analysis).filter((event) => isAnswered(analysis, event));
    const unconfirmed = events.filter((event) => reasonOf(analysis, event) !== undefined);
    for (const event of folded(unconfirmed)) {
      yield {
        file: event.file,
        at: event.at,
        message: `The tool \`${event.entry.name}\` answers before \`${event.call}\` (${event.broker}) is known to have reached the broker: ${reasonOf(analysis, event) ?? ""}.`,
        notes: ["Looked for a confirmation in everything that the tool does."],
        severity: event.unused === true && event.act.confirms === "await" ? "medium" : "low",
        confidence: event.guessed ? "low" : "medium",
      };
    }
    for (const event of folded(published(analysis))) {
      const said = saidAnyway(analysis, event);
      if (said === undefined) continue;
      yield {
        file: said.file,
        at: said.at,
        message: `The tool \`${event.entry.name}\` reports success from a catch, after \`${event.call}\` (${event.broker}) has failed.`,
        confidence: "medium",
      };
    }
  },
});

const isAnswered = (analysis: Analysis, event: ActEvent<"publish">): boolean =>
  eventsOf(analysis, event.entry).some((one) => one.kind === "return" && one.turn > event.turn && one.stack.length <= 1);

function reasonOf(analysis: Analysis, event: ActEvent<"publish">): string | undefined {
  const javascript = /\.[cm]?[jt]sx?$/.test(event.file);
  if (event.act.confirms === "await") {
    // The command is made here and sent elsewhere.
    if (event.call.endsWith("Command")) return undefined;
    return javascript && event.unused === true ? "its promise is dropped" : undefined;
  }
  const all = eventsOf(analysis, event.entry);
  if (all.some((one) => one.kind === "act" && one.act.kind === "confirms")) return undefined;
  if (event.act.confirms === "never" && CONFIRMABLE.has(event.broker) && !analysisConfirms(analysis, event))
    return "this call never waits for a confirmation";
  return undefined;
}

/** Where a confirmation can be had. Redis Pub/Sub and NATS without streams have none to give. */
const CONFIRMABLE = new Set(["rabbitmq", "kafka", "azure-eventhubs", "azure-servicebus", "google-pubsub", "pulsar"]);

/** Confirmations may be turned on where the channel is opened. */
const analysisConfirms = ({ events }: Analysis, { broker }: ActEvent<"publish">): boolean =>
  events.some((event) => event.kind === "act" && event.act.kind === "confirms" && event.broker === broker);

/** An answer in the catch of what published, that says it went well. */
function saidAnyway(analysis: Analysis, event: ActEvent<"publish">): EventOf<"return"> | undefined {
  const tries = new Set(event.around.flatMap((one) => (isTry(one, "body") ? [one.id] : [])));
  if (tries.size === 0) return undefined;
  return eventsOf(analysis, event.entry).find(
    (one): one is EventOf<"return"> =>
      one.kind === "return" &&
      one.stack.length <= 1 &&
      one.around.some((part) => isTry(part, "catch") && tries.has(part.id)) &&
      saysSuccess(one.value),
  );
}

const isTry = (one: Around, part: "body" | "catch"): one is Extract<Around, { kind: "try" }> => one.kind === "try" && one.part === part;

const SUCCESS = /\b(published|sent|success(fully)?|queued|enqueued|delivered|accepted|ok)\b/i;
const FAILURE =
  /error|fail|unable|could ?n[o']t|cannot|can't|not (sent|published|delivered)|unsuccessful|retry|later|warn|invalid|exception/i;

function saysSuccess(value: Value): boolean {
  const texts: string[] = [];
  let failed = false;
  walk(value, (part) => {
    texts.push(...textsOf(part));
    failed ||= part.taints.some((taint) => taint.origin.kind === "error");
    for (const atom of part.atoms) {
      if (atom.kind !== "object") continue;
      const flag = atom.object.fields.get("isError") ?? atom.object.fields.get("success") ?? atom.object.fields.get("ok");
      if (flag !== undefined && atom.object.fields.has("isError")) failed = true;
      else if (flag?.atoms.some((one) => one.kind === "constant" && one.value === false) === true) failed = true;
    }
  });
  return !failed && texts.some((text) => SUCCESS.test(text)) && !texts.some((text) => FAILURE.test(text));
}

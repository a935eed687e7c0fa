// DST-06: what a tool publishes goes where only the server's own machinery writes: audit, retry, dead letters.
import type { Event } from "../../engine/events.ts";
import type { Value } from "../../engine/value.ts";
import { textsOf } from "../../engine/value.ts";
import { deepTaints, walk } from "../../engine/reach.ts";
import type { Analysis } from "../../engine/interpreter.ts";
import { type ActEvent, slot } from "../../judge/inquiry.ts";
import { eachPlace, published } from "../../judge/publishing.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const reservedDestination = rule({
  id: "reserved-destination",
  title: "A tool publishes to a reserved destination",
  threats: ["DST-06"],
  axis: "confusion",
  severity: "medium",
  fix: "Leave audit trails, retry queues and dead letters to the code that keeps them: no tool's event goes there.",
  *judge(analysis): Iterable<Draft> {
    const drafts = published(analysis).flatMap((event): readonly Draft[] => {
      const [name] = reserved(slot(event, "destination"));
      const taints = deepTaints(slot(event, "payload")).filter((taint) => taint.origin.kind === "tool");
      if (name === undefined || taints.length === 0 || isRecord(analysis, event, name)) return [];
      return [
        {
          file: event.file,
          at: event.at,
          message: `The tool \`${event.entry.name}\` can publish to \`${name}\` through \`${event.call}\` (${event.broker}), which is the server's own.`,
          way: wayOf(taints),
          confidence: "medium",
        },
      ];
    });
    yield* eachPlace(drafts);
  },
});

const RESERVED = /(^|[^a-z0-9])(audit(s|[-_. ]?(log|trail))?|dlq|dlx|dead[-_. ]?letters?|retry|retries|parking[-_. ]?lot)($|[^a-z0-9])/i;

/** Names in the code, or in the closed set that the model may choose of. */
function reserved(destination: Value): readonly string[] {
  const names: string[] = [];
  walk(destination, (part) => {
    names.push(...textsOf(part));
    for (const { closed, schema } of part.taints)
      if (closed) names.push(...(schema?.values ?? []).filter((value) => typeof value === "string"));
  });
  return names.filter((name) => RESERVED.test(name));
}

/** A record beside the event itself: the server notes what the tool did. */
function isRecord(analysis: Analysis, event: ActEvent<"publish">, name: string): boolean {
  if (!/audit/i.test(name)) return false;
  return published(analysis).some(
    (one: Event & ActEvent<"publish">) => one.entry === event.entry && reserved(slot(one, "destination")).length === 0,
  );
}

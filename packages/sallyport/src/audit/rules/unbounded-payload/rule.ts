// PUB-07: nothing bounds how large, how deep or how many the published data is.
import type { Event } from "../../engine/events.ts";
import type { Schema } from "../../engine/schema.ts";
import { deepTaints } from "../../engine/reach.ts";
import type { Taint } from "../../engine/taint.ts";
import { factsAt, isGuarded, partSchema, slot, askedOf } from "../../judge/inquiry.ts";
import { folded, published } from "../../judge/publishing.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const unboundedPayload = rule({
  id: "unbounded-payload",
  title: "Nothing bounds what is published",
  threats: ["PUB-07"],
  axis: "injection",
  severity: "low",
  fix: "Give every text and list in the event's schema a greatest length, and refuse what is larger before it is published.",
  *judge(analysis): Iterable<Draft> {
    const events = published(analysis).filter((event) => unbounded(event).length > 0);
    for (const event of folded(events)) {
      const taints = unbounded(event);
      const names = [...new Set(taints.map(({ path }) => path).filter((path) => path !== ""))].slice(0, 4);
      yield {
        file: event.file,
        at: event.at,
        message: `${askedOf(taints)} publishes through \`${event.call}\` (${event.broker}) what the model writes at any length${names.length === 0 ? "" : `: ${names.map((name) => `\`${name}\``).join(", ")}`}.`,
        way: wayOf(taints),
        notes: [
          "Looked for a greatest length in the schema, a comparison of its length, or a cut, on the way to the call. The broker's own limit may end it later, with an error.",
        ],
        confidence: event.guessed ? "low" : "medium",
      };
    }
  },
});

const unbounded = (event: Event & { readonly kind: "act" }): readonly Taint[] =>
  deepTaints(slot(event, "payload")).filter((taint) => taint.origin.kind === "tool" && isUnbounded(event, taint));

function isUnbounded(event: Event, taint: Taint): boolean {
  if (taint.bounded === true || isGuarded(event, taint)) return false;
  const facts = factsAt(event, taint);
  if (facts.some((fact) => fact.kind === "bounded")) return false;
  const checked = facts.flatMap((fact) => (fact.kind === "checked" ? [partSchema(fact.schema, taint.path)] : []));
  const schema = taint.schema ?? checked[0];
  // Of what another form was made, the schema is no longer known.
  if (schema === undefined) return !taint.derived;
  return !isBounded(schema);
}

function isBounded(schema: Schema, depth = 0): boolean {
  if (depth > 6) return false;
  switch (schema.kind) {
    case "string":
      return schema.maxLength !== undefined || schema.pattern !== undefined || schema.custom === true;
    case "object":
      return schema.unknownKeys !== "kept" && [...(schema.fields?.values() ?? [])].every((field) => isBounded(field, depth + 1));
    case "array":
      return schema.maxLength !== undefined && (schema.element === undefined || isBounded(schema.element, depth + 1));
    case "union":
      return (schema.options ?? []).every((option) => isBounded(option, depth + 1));
    case "any":
    case "record":
      return false;
    default:
      return true;
  }
}

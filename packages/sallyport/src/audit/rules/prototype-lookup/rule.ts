// PUB-03: what looks like an allowlist is a plain object, in which any property is found; or a key that was never a text.
import type { Event } from "../../engine/events.ts";
import type { Taint } from "../../engine/taint.ts";
import type { Analysis } from "../../engine/interpreter.ts";
import { type ActEvent, acts, factsAt, isGuarded, slot, askedOf } from "../../judge/inquiry.ts";
import { eachPlace } from "../../judge/publishing.ts";
import { deepTaints } from "../../engine/reach.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const prototypeLookup = rule({
  id: "prototype-lookup",
  title: "An allowlist that any property passes",
  threats: ["PUB-03"],
  axis: "injection",
  severity: "medium",
  fix: "Keep what is allowed in a Map or a Set, or ask Object.hasOwn; check that the word is a string before it is looked up (a schema does).",
  *judge(analysis): Iterable<Draft> {
    for (const { event, looked, coerced } of eachPlace(lookups(analysis))) {
      const taints = looked.length > 0 ? looked : coerced;
      yield {
        file: event.file,
        at: event.at,
        message:
          looked.length > 0
            ? `${askedOf(taints)} lets through to \`${event.call}\` whatever an object has by the model's word: ${BY_ALL[languageOf(event)]} pass.`
            : `${askedOf(taints)} looks up what the model gives without asking whether it is a text: a list of one allowed word is taken for that word, and reaches \`${event.call}\` as a list.`,
        way: wayOf(taints),
        notes:
          looked.length > 0
            ? [
                languageOf(event) === "go"
                  ? "Reflection is no allowlist."
                  : "A lookup in a plain object is no allowlist: it finds what every object inherits.",
              ]
            : ["The handler is given arguments that no schema has checked."],
        ...(looked.length === 0 && { severity: "low" as const, confidence: "medium" as const }),
      };
    }
  },
});

interface Lookup {
  readonly file: string;
  readonly at: number;
  readonly event: ActEvent<"publish" | "read" | "subscribe" | "admin">;
  readonly looked: readonly Taint[];
  readonly coerced: readonly Taint[];
}

const SLOTS = ["destination", "type", "payload", "key", "target"];

function lookups(analysis: Analysis): readonly Lookup[] {
  return acts(analysis, "publish", "read", "subscribe", "admin")
    .map(lookupOf)
    .filter(({ looked, coerced }) => looked.length + coerced.length > 0);
}

function lookupOf(event: Lookup["event"]): Lookup {
  const taints = SLOTS.flatMap((name) => deepTaints(slot(event, name))).filter((taint) => taint.origin.kind === "tool");
  const looked = taints.filter((taint) => taint.prototype === true || passedAny(event, taint));
  const coerced = taints.filter((taint) => isCoerced(event, taint));
  return { file: event.file, at: event.at, event, looked, coerced };
}

/** Only a test that any property passes stands before it. */
const passedAny = (event: Event, taint: Taint): boolean =>
  !isGuarded(event, taint) && factsAt(event, taint).some((fact) => fact.kind === "allowed" && !fact.own);

/** Asked of an object by a key that nobody knows to be a text: `["create"]` is taken for `create`. */
function isCoerced(event: Event, taint: Taint): boolean {
  if (taint.schema !== undefined || taint.derived || taint.closed || languageOf(event) !== "javascript") return false;
  const facts = factsAt(event, taint);
  if (facts.some((fact) => fact.kind === "typed" || fact.kind === "checked")) return false;
  const allowing = facts.filter((fact) => fact.kind === "allowed");
  return allowing.length > 0 && allowing.every((fact) => fact.kind === "allowed" && fact.where === "an own property");
}

const languageOf = ({ file }: { readonly file: string }): keyof typeof BY_ALL =>
  file.endsWith(".py") ? "python" : file.endsWith(".go") ? "go" : "javascript";

const BY_ALL = {
  javascript: "`constructor`, `toString` and `__proto__`",
  python: "`__class__`, `__init__` and `__dict__`",
  go: "all its fields and methods, those for other purposes too,",
};

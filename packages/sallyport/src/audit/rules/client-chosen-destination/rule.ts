// DST-01, DST-03: the model names where a message goes, or a part of the name.
import { deepTaints } from "../../engine/reach.ts";
import { type ActEvent, acts, controlled, isGuarded, slot, askedOf, weaknesses } from "../../judge/inquiry.ts";
import type { Value } from "../../engine/value.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const clientChosenDestination = rule({
  id: "client-chosen-destination",
  title: "The model chooses where a message goes",
  threats: ["DST-01", "DST-03"],
  axis: "confusion",
  severity: "high",
  fix: "Let the server choose: one tool for each event, whose destination stands in the code or the contract. Where a caller must choose, look the choice up in a Map that the server wrote, and stop when it is not there.",
  *judge(analysis): Iterable<Draft> {
    for (const event of acts(analysis, "publish")) {
      const destination = slot(event, "destination");
      const taints = controlled(event, destination).filter((taint) => taint.prototype !== true);
      if (taints.length === 0 || isSettled(event, destination)) continue;
      const built = isBuilt(destination);
      yield {
        file: event.file,
        at: event.at,
        message: `${askedOf(taints)} lets the model ${built ? "write a part of" : "choose"} the destination of \`${event.call}\` (${event.broker}).`,
        way: wayOf(taints),
        notes: weaknesses(event, taints),
        threats: [built ? "DST-03" : "DST-01"],
        confidence: event.guessed ? "medium" : "high",
      };
    }
  },
});

/** The broker takes one destination, and where one that is given is the server's choice, no other can be given beside it. */
const isSettled = (event: ActEvent<"publish">, destination: Value): boolean =>
  event.act.oneOf === true && deepTaints(destination).some((taint) => taint.origin.kind === "tool" && isGuarded(event, taint));

/** A part of it is the server's: `notes.${tenant}`. */
const isBuilt = (value: Value): boolean =>
  value.atoms.some(
    (atom) =>
      atom.kind === "text" &&
      atom.encoded !== true &&
      atom.parts.some((part) => part.atoms.some((inner) => inner.kind === "constant" && String(inner.value).length > 1)),
  );

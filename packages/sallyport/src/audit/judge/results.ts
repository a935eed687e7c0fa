// What tools answer with.
import type { Analysis } from "../engine/interpreter.ts";
import type { EventOf } from "../engine/events.ts";
import { deepTaints, walk } from "../engine/reach.ts";
import type { Taint } from "../engine/taint.ts";
import type { Place } from "../ir/ir.ts";
import { lineOf } from "../ir/place.ts";
import { factsAt } from "./inquiry.ts";

export interface HandedOut {
  readonly tool: string;
  readonly file: string;
  readonly at: Place;
  readonly taints: readonly Taint[];
}

/** Content of messages in a tool's answer, where it leaves the function that makes the answer. */
export function* handedOut({ events }: Analysis): Iterable<HandedOut> {
  const said = new Set<string>();
  for (const event of events) {
    if (event.kind !== "return" || event.entry.kind !== "tool" || event.stack.length > 1) continue;
    const taints = deepTaints(event.value).filter((taint) => taint.origin.kind === "message" && !isTame(event, taint));
    if (taints.length === 0) continue;
    const key = `${event.file}:${event.at}`;
    if (said.has(key)) continue;
    said.add(key);
    yield { tool: event.entry.name, file: event.file, at: writtenIn(event) ?? event.at, taints };
  }
}

const MOST_LINES = 40;

/** Where in the returned expression the text is made: with a large answer that is where to look. */
function writtenIn(event: EventOf<"return">): Place | undefined {
  const places: Place[] = [];
  walk(event.value, (value) => {
    for (const atom of value.atoms) {
      if (atom.kind !== "text" || atom.writtenAt?.file !== event.file) continue;
      const lines = lineOf(atom.writtenAt.at) - lineOf(event.at);
      if (lines >= 0 && lines <= MOST_LINES && deepTaints({ atoms: [atom], taints: [] }).some((taint) => taint.origin.kind === "message"))
        places.push(atom.writtenAt.at);
    }
  });
  return places.sort((one, other) => one - other)[0];
}

const TAME = new Set(["id", "time", "destination", "deliveries", "error"]);

const isTame = (event: EventOf<"return">, taint: Taint): boolean =>
  taint.bounded === true ||
  taint.marked === true ||
  (taint.content !== undefined && TAME.has(taint.content)) ||
  factsAt(event, taint).some((fact) => fact.kind === "bounded");

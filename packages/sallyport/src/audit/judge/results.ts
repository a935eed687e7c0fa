// What tools answer with.
import type { Analysis } from "../engine/interpreter.ts";
import type { EventOf } from "../engine/events.ts";
import { deepTaints } from "../engine/reach.ts";
import type { Taint } from "../engine/taint.ts";
import type { Place } from "../ir/ir.ts";
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
    yield { tool: event.entry.name, file: event.file, at: event.at, taints };
  }
}

const TAME = new Set(["id", "time", "destination", "deliveries"]);

const isTame = (event: EventOf<"return">, taint: Taint): boolean =>
  taint.bounded === true ||
  taint.marked === true ||
  (taint.content !== undefined && TAME.has(taint.content)) ||
  factsAt(event, taint).some((fact) => fact.kind === "bounded");

// PUB-10: a call that an MCP client makes again is published again.
import type { Analysis } from "../../engine/interpreter.ts";
import { deepTaints } from "../../engine/reach.ts";
import { type ActEvent, eventsOf, slot } from "../../judge/inquiry.ts";
import { eachFile, lastName, plainName, published } from "../../judge/publishing.ts";
import { type Draft, rule } from "../rule.ts";

export const publishNotIdempotent = rule({
  id: "publish-not-idempotent",
  title: "A call made again is published again",
  threats: ["PUB-10"],
  axis: "injection",
  severity: "low",
  fix: "Remember a key of each call (from the caller, or made of caller, event and data), bound to the caller and for a time, and answer a repeated call with the first one's result.",
  *judge(analysis): Iterable<Draft> {
    for (const event of eachFile(published(analysis).filter((one) => !isIdempotent(analysis, one)))) {
      yield {
        file: event.file,
        at: event.at,
        message: `A call of \`${event.entry.name}\` that the client makes again, because the first answer was lost, is published again through \`${event.call}\` (${event.broker}).`,
        notes: [
          `Looked in everything that runs for \`${event.entry.name}\`, from its handler to \`${event.call}\`, for a deduplication id that is the same when the call is, an idempotency key among the arguments, and a claim or lookup of one.`,
        ],
        confidence: "medium",
      };
    }
  },
});

const KEY = /idempot|dedup|requestid|clienttoken|nonce|operationid|callid/;

function isIdempotent(analysis: Analysis, event: ActEvent<"publish">): boolean {
  // An id that the server makes anew for each call says nothing.
  if (deepTaints(slot(event, "deduplication")).some((taint) => taint.origin.kind === "tool")) return true;
  const sent = [...event.at_.values()].flatMap((value) => deepTaints(value));
  if (sent.some((taint) => KEY.test(plainName(lastName(taint))))) return true;
  return eventsOf(analysis, event.entry).some((one) => {
    if (one.turn > event.turn) return false;
    if (one.kind === "act") return one.act.kind === "claim" || one.act.kind === "lookup";
    return one.kind === "remember" && KEY.test(one.what.taints.map((taint) => plainName(lastName(taint))).join(" "));
  });
}

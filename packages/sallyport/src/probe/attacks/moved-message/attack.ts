// DST-04: a valid message, put where it means something else.
import type { Known } from "../../known.ts";
import { attack, type Case, inconclusive, notApplicable, shown } from "../attack.ts";
import { againAfter, captured, fromBehind, isOutcome, readLike, unlessDoubted } from "../behind.ts";

export const movedMessage = attack({
  id: "moved-message",
  title: "A message that was moved to another destination is acted on",
  threats: ["DST-04"],
  axis: "confusion",
  severity: "high",
  fix: "Put the destination under the signature, and refuse a message that is found elsewhere.",
  stage: "turn",
  cases: (known) => {
    const own = known.publisher?.destinations ?? [];
    const others = known.consumed.filter((destination) => !own.includes(destination));
    const isDry = known.publisher?.honestly === "not called";
    if (others.length === 0 && !isDry) {
      return known.consumed.length === 0
        ? notApplicable("nothing of the target consumes from the broker")
        : notApplicable("the target reads one destination, so that there is no other to move a message to");
    }
    return fromBehind(known, "effects", () => (isDry ? ["another destination"] : others).map((other) => movedCase(other, known)));
  },
});

const movedCase = (other: string, known: Known): Case => ({
  name: `moved to ${other}`,
  at: other,
  sends: `an honest message, then a copy of its bytes on ${other}`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    const place = await readLike(other, known, bench);
    if (place === undefined) return inconclusive(`nobody reads ${other} on this copy of the target`);
    const linesBefore = (await bench.stage.effects?.linesOf(honest.canary))?.length ?? 0;
    await bench.put({ ...honest.message, destination: place }, honest.message.form);
    const since = await againAfter(bench, honest.canary, 1);
    const lines = (await bench.stage.effects?.linesOf(honest.canary)) ?? [];
    if (since.times > 0)
      return shown(
        `a message that was published on ${honest.message.destination} was acted on as one of ${place}: ${lines.at(-1)?.slice(0, 200) ?? ""}`,
      );
    if (since.doubt === undefined && lines.length > linesBefore) return inconclusive("its handling was begun there, and not ended");
    return unlessDoubted(since, "it was not acted on there");
  },
});

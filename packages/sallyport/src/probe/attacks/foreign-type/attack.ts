// DST-05: an event type that does not belong on the destination it is found on.
import { attack, type Case, notApplicable, type Outcome, shown } from "../attack.ts";
import { againAfter, captured, fromBehind, ID, isOutcome, rewritten, unlessDoubted } from "../behind.ts";

const TYPE = /^(?:type|event_?type|event|action|kind|command|name)$/i;

export const foreignType = attack({
  id: "foreign-type",
  title: "An event type that nobody defined is acted on",
  threats: ["DST-05"],
  axis: "confusion",
  severity: "medium",
  fix: "Let a consumer list the types that it takes, and dead-letter others with that reason.",
  stage: "turn",
  cases: (known) => fromBehind(known, "effects", (destination) => [typeCase(destination)]),
});

const typeCase = (destination: string): Case => ({
  name: "a made-up type",
  at: destination,
  sends: `an honest message, then a copy with another id and a made-up type on ${destination}`,
  run: async (bench): Promise<Outcome> => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    const [type, id] = [bench.canary(), bench.canary()];
    let isTyped = false;
    const text = rewritten(honest.message.text, (name, value) => {
      if (TYPE.test(name) && typeof value === "string" && !value.includes(honest.canary)) {
        isTyped = true;
        return type;
      }
      return ID.test(name) && typeof value === "string" ? id : value;
    });
    if (text === undefined || !isTyped) return notApplicable("the message carries no type");
    await bench.putText(honest.message, text);
    const since = await againAfter(bench, honest.canary, 1);
    if (since.times === 0) return unlessDoubted(since, "it was not acted on; an honest message behind it was");
    bench.note("effect", (await bench.stage.effects?.linesOf(type))?.[0] ?? "");
    return shown(`a message of the made-up type \`${type}\` was acted on`);
  },
});

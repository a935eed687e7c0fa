// REP-06: handling fails once. Is the message tried again, or taken for a duplicate and lost?
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import { fromBehind } from "../behind.ts";

export const lostOnFailure = attack({
  id: "lost-on-failure",
  title: "A message whose handling fails once is lost",
  threats: ["REP-06"],
  axis: "replay",
  severity: "high",
  fix: "Claim before the handler and commit after it; a claim that failed is given back.",
  stage: "turn",
  waitsFor: "attemptsWithinMs",
  cases: (known) => {
    if (known.profile.messages["fails-once"] === undefined)
      return notApplicable("the profile names no message whose handling fails once (messages.fails-once)");
    return fromBehind(known, "effects", (destination) => [failingCase(destination)]);
  },
});

const failingCase = (destination: string): Case => ({
  name: "handling fails once",
  at: destination,
  sends: "the profile's message fails-once",
  run: async (bench) => {
    const { canary, message } = await bench.send("fails-once");
    if (message === undefined) return inconclusive("the message was not seen on the broker");
    if (await bench.arrives(canary)) return withstood("it was dealt with at a later attempt");
    const tried = (await bench.stage.effects?.tried(canary)) ?? 0;
    if (tried === 0) return inconclusive("its handling was never begun");
    if (!(await bench.settles())) return inconclusive(`it was begun ${tried} times and is still to be tried again`);
    // Late is not lost: what waits where nobody sees it is settled, too.
    if (await bench.arrives(canary, bench.bounds.attemptsWithinMs)) return withstood("it was dealt with at a later attempt");
    return shown(`its handling failed at the first attempt; it was then settled without having been dealt with`);
  },
});

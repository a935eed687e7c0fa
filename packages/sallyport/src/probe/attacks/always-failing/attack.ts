// PSN-01, PSN-02: a message whose handling always fails. It must end, and its attempts must be counted.
import type { Bench } from "../../bench.ts";
import { encoded } from "../../taps/tap.ts";
import { attack, type Case, inconclusive, notApplicable, type Outcome, shown, withstood } from "../attack.ts";
import { captured, fromBehind, isOutcome, lastAttempt } from "../behind.ts";

export const alwaysFailing = attack({
  id: "always-failing",
  title: "A message that always fails is retried for ever",
  threats: ["PSN-01", "PSN-02"],
  axis: "poison",
  severity: "high",
  fix: "Count attempts in a record of your own, taken before the handler; after the last one, dead-letter the original bytes with the reason.",
  stage: "turn",
  waitsFor: "attemptsWithinMs",
  cases: (known) => fromBehind(known, "consumer", (destination) => [failingCase(destination), brokenCase(destination)]),
});

const failingCase = (destination: string): Case => ({
  name: "handling always fails",
  at: destination,
  sends: "the profile's message fails",
  run: async (bench) => {
    if (bench.known.profile.messages.fails === undefined)
      return notApplicable("the profile names no message whose handling always fails (messages.fails)");
    if (bench.stage.effects === undefined) return notApplicable("nothing shows attempts; give effects in the profile");
    const { canary, message } = await bench.send("fails");
    if (message === undefined) return inconclusive("the message was not seen on the broker");
    const { mostAttempts, attemptsWithinMs } = bench.bounds;
    const { tries, isOver } = await lastAttempt(bench, canary, mostAttempts);
    bench.note("effect", `tried ${tries} times, and ${isOver && tries <= mostAttempts ? "settled" : "still there"}`);
    if (tries > mostAttempts) return shown(`it was tried ${tries} times, more than the ${mostAttempts} that count as bounded`);
    if (isOver) return aside(bench, `it was settled after ${tries} attempts`);
    if (tries === 0) return inconclusive("its handling was never begun");
    if (await bench.stage.isSettled()) return inconclusive(`it was tried ${tries} times, the last only just now, and is settled`);
    return shown(`it was tried ${tries} times, and neither dealt with nor put aside in ${attemptsWithinMs / 1000} s`);
  },
});

/** What fails before anything is recorded of it, so that a set of seen ids does not end it by mistake. */
const brokenCase = (destination: string): Case => ({
  name: "it cannot be parsed",
  at: destination,
  sends: `a message that is no JSON on ${destination}`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    await bench.settles();
    await bench.put({ ...honest.message, bytes: encoded("{ never any JSON") }, honest.message.form);
    if (await bench.settles(bench.bounds.attemptsWithinMs)) return aside(bench, "it was settled");
    bench.note("effect", "it is still there");
    return shown(`it was neither dealt with nor put aside in ${bench.bounds.attemptsWithinMs / 1000} s`);
  },
});

/** A consumer that has stopped is owed nothing either, on a broker that keeps nothing for it. */
async function aside(bench: Bench, saw: string): Promise<Outcome> {
  return (await bench.fence()) ? withstood(saw) : inconclusive("nothing is owed, and an honest message behind it was not dealt with");
}

// PSN-11, PSN-12: the consumer is ended in the middle of a message, and started again. Nothing may be lost.
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import type { Bench } from "../../bench.ts";
import { fromBehind } from "../behind.ts";

export const killedInHandling = attack({
  id: "killed-in-handling",
  title: "What was being handled is lost when the consumer ends",
  threats: ["PSN-11", "PSN-12"],
  axis: "poison",
  severity: "high",
  fix: "Acknowledge only after the effect was committed, or the dead letter stored; on a stop, give back what is not done.",
  stage: "own",
  waitsFor: "patienceMs",
  cases: (known) => {
    if (known.profile.messages.slow === undefined)
      return notApplicable("the profile names no message whose handling takes long (messages.slow)");
    return fromBehind(known, "effects", (destination) => [endedCase(destination, "killed"), endedCase(destination, "politely")]);
  },
});

const endedCase = (destination: string, how: "killed" | "politely"): Case => ({
  name: how === "killed" ? "killed" : "asked to stop",
  at: destination,
  sends: `the profile's message slow; while it is handled, the consumer is ${how === "killed" ? "killed" : "asked to stop"} and started again`,
  threats: [how === "killed" ? "PSN-11" : "PSN-12"],
  run: async (bench) => {
    const { stage, bounds } = bench;
    const canary = await inTheMiddle(bench);
    if (canary === undefined) return inconclusive("the consumer was not seen in the middle of it");
    await stage.restartConsumer(how);
    bench.note("process", `the consumer was ${how === "killed" ? "killed" : "asked to stop"} in the middle of it, and started again`);
    const came = await bench.arrives(canary, bounds.startsWithinMs + bounds.patienceMs);
    if (!came) {
      // Nobody has looked for long: what the broker says first may be of what happened then.
      if ((await bench.settles()) && !(await bench.arrives(canary, bounds.watchMs)))
        return shown("the message was lost: it was settled without having been dealt with");
      return inconclusive("it was not dealt with yet, and is not lost either");
    }
    await bench.settles();
    const times = await bench.timesDone(canary);
    if (how === "politely" && times > bench.known.linesEach)
      return shown(`a stop in the middle of it doubled its effect: it was dealt with ${times} times`);
    return withstood(times <= bench.known.linesEach ? "it was dealt with after the restart" : `it was dealt with, ${times} times`);
  },
});

/** On a busy machine its moment may have passed before anybody looked. */
const MOST_LOOKS = 4;

/** Of a message whose handling has begun and not ended. */
async function inTheMiddle(bench: Bench): Promise<string | undefined> {
  const { stage, bounds } = bench;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const { canary, sent } = bench.begin("slow");
    // Where a tool answers when the message was dealt with, its answer is not waited for, nor what becomes of it.
    sent.catch(() => undefined);
    const isBegun = await stage.until(async () => ((await stage.effects?.tried(canary)) ?? 0) > 0, bounds.patienceMs);
    if (isBegun && (await stage.effects?.done(canary)) === 0) return canary;
    if ((await sent).message === undefined) return undefined;
  }
  return undefined;
}

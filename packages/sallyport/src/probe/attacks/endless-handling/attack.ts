// PSN-05, PSN-06: handling that never ends: it waits for ever, or computes for ever and lets nobody else have a turn.
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import { fromBehind } from "../behind.ts";

export const endlessHandling = attack({
  id: "endless-handling",
  title: "A message whose handling never ends is kept in work for ever",
  threats: ["PSN-05", "PSN-06"],
  axis: "poison",
  severity: "medium",
  fix: "Give each attempt a deadline, past which it has failed; run what may compute for ever in a thread or a process that can be ended.",
  stage: "own",
  waitsFor: "attemptsWithinMs",
  cases: (known) => {
    const { hangs, spins } = known.profile.messages;
    if (hangs === undefined && spins === undefined)
      return notApplicable("the profile names no message whose handling never ends (messages.hangs, messages.spins)");
    return fromBehind(known, "effects", (destination) => [
      ...(hangs === undefined ? [] : [endlessCase("hangs", destination)]),
      ...(spins === undefined ? [] : [endlessCase("spins", destination)]),
    ]);
  },
});

const endlessCase = (kind: "hangs" | "spins", destination: string): Case => ({
  name: kind === "hangs" ? "it waits for ever" : "it computes for ever",
  at: destination,
  sends: `the profile's message ${kind}, then an honest one`,
  threats: [kind === "hangs" ? "PSN-05" : "PSN-06"],
  run: async (bench) => {
    const { stage, bounds } = bench;
    const { canary, message } = await bench.send(kind);
    if (message === undefined) return inconclusive("the message was not seen on the broker");
    const isBegun = async (): Promise<boolean> => ((await stage.effects?.tried(canary)) ?? 0) > 0;
    if (!(await stage.until(isBegun, bounds.patienceMs))) return inconclusive("its handling was never begun");
    const behind = await bench.behind(bounds.attemptsWithinMs);
    if (behind === "unseen") return inconclusive("an honest message behind it was not seen on the broker");
    if (behind === "not dealt with") return shown(`behind it, an honest message was not dealt with in ${bounds.attemptsWithinMs} ms`);
    const isSettled = await bench.settles(bounds.attemptsWithinMs);
    const tries = (await stage.effects?.tried(canary)) ?? 0;
    bench.note("effect", `it was begun ${tries} times, and ${isSettled ? "settled" : "is still there"}`);
    if (isSettled) return withstood(`it was settled after ${tries} attempts, and an honest message behind it dealt with`);
    if (tries > 1) return inconclusive(`it was begun ${tries} times, and is still to be tried again`);
    return shown(`its one attempt has not ended in ${bounds.attemptsWithinMs} ms, and nobody gives it up`);
  },
});

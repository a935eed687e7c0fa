// PSN-01, PSN-03: many messages that can never be handled, then an honest one. Does it still arrive?
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import { captured, fromBehind, isOutcome } from "../behind.ts";
import type { Bench } from "../../bench.ts";
import { encoded } from "../../taps/tap.ts";

const POISON = 100;
/** Published through the target's own tool, within its limits. */
const FAILING = 8;
const UNSEEN = "an honest message behind them was not seen on the broker";

export const behindPoison = attack({
  id: "behind-poison",
  title: "Poison messages stall those behind them",
  threats: ["PSN-01", "PSN-03"],
  axis: "poison",
  severity: "high",
  fix: "Let the delay before a retry live in the broker or a store, so that what waits holds no place; and bound the attempts.",
  stage: "own",
  waitsFor: "patienceMs",
  cases: (known) => fromBehind(known, "consumer", (destination) => [malformedCase(destination), failingCase(destination)]),
});

const malformedCase = (destination: string): Case => ({
  name: `${POISON} malformed messages`,
  at: destination,
  sends: `${POISON} messages that are no JSON on ${destination}, then an honest one`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    await bench.settles();
    for (let message = 0; message < POISON; message++)
      await bench.stage.tap.put({ ...honest.message, bytes: encoded("{ poison") }, honest.message.form);
    bench.note("put", `${POISON} messages that are no JSON on ${honest.message.destination}`);
    const startedAtMs = performance.now();
    const behind = await bench.behind();
    if (behind === "unseen") return inconclusive(UNSEEN);
    // Where no effects can be seen, the poison alone may be what is still owed.
    if (behind === "not dealt with" && !bench.known.hasEffects)
      return inconclusive("nothing shows what was dealt with; give effects in the profile");
    if (behind === "not dealt with")
      return shown(`behind ${POISON} malformed messages, an honest one was not dealt with in ${bench.bounds.patienceMs} ms`);
    return withstood(
      `behind ${POISON} malformed messages, an honest one was dealt with after ${Math.round(performance.now() - startedAtMs)} ms`,
    );
  },
});

const failingCase = (destination: string): Case => ({
  name: `${FAILING} messages whose handling fails`,
  at: destination,
  sends: `the profile's message fails, ${FAILING} times, then an honest one`,
  run: async (bench) => {
    if (bench.known.profile.messages.fails === undefined)
      return notApplicable("the profile names no message whose handling always fails (messages.fails)");
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    const canaries: string[] = [];
    for (let message = 0; message < FAILING; message++) {
      const sent = await bench.send("fails");
      if (sent.message === undefined) return inconclusive("a message that fails was not seen on the broker");
      canaries.push(sent.canary);
    }
    const behind = await bench.behind();
    if (behind === "unseen") return inconclusive(UNSEEN);
    if (behind === "dealt with") return withstood("an honest message behind them was dealt with");
    const stalled = `behind ${FAILING} messages whose handling fails, an honest one was not dealt with in ${bench.bounds.patienceMs} ms`;
    return shown(stalled, await whyOf(bench, canaries));
  },
});

/** What is tried on and on takes the turns of the others; what waits for its next attempt, their places. */
async function whyOf(bench: Bench, canaries: readonly string[]): Promise<"PSN-01" | "PSN-03"> {
  const tries = await Promise.all(canaries.map(async (canary) => (await bench.stage.effects?.tried(canary)) ?? 0));
  bench.note("effect", `they were tried ${tries.join(", ")} times`);
  return Math.max(...tries) > bench.bounds.mostAttempts ? "PSN-01" : "PSN-03";
}

// PUB-13: what errors tell about the inside when the broker is gone, which is when most is in them.
import { attack, type Case, notApplicable, type Outcome, shown, withstood } from "../attack.ts";
import type { Bench } from "../../bench.ts";
import type { Known, KnownTool } from "../../known.ts";
import { insideOf, MOST_ERROR, placeIn, SAYS_ERROR } from "../leaks.ts";

export const leakingOutage = attack({
  id: "leaking-outage",
  title: "A broker that is gone makes errors that tell the model about the inside",
  threats: ["PUB-13"],
  axis: "injection",
  severity: "low",
  fix: "Answer with a public message and a stable code when the broker fails too, and keep for the log what its client has thrown.",
  stage: "own",
  waitsFor: "patienceMs",
  cases: (known) => {
    const { broker } = known.profile;
    if (broker.kind === "none") return notApplicable("the profile names no broker");
    if (known.tools.length === 0) return notApplicable("the server lists no tools");
    return [outageCase(broker.kind, toolsOf(known))];
  },
});

const MOST_TOOLS = 12;
/** Longer than an honest answer: node-redis, told to try five times, each after twice the pause, tells what it had after 31 s. */
const ANSWERS_WITHIN_MS = 40_000;

/** Those first that are known to reach the broker. */
function toolsOf({ tools }: Known): readonly KnownTool[] {
  const reaches = ({ honestly }: KnownTool): number => ["published", "answered", "not called", "refused"].indexOf(honestly);
  return [...tools].sort((one, other) => reaches(one) - reaches(other)).slice(0, MOST_TOOLS);
}

const outageCase = (broker: string, tools: readonly KnownTool[]): Case => ({
  name: "the broker is gone",
  at: broker,
  sends: `an honest call of ${tools.map(({ name }) => name).join(", ")}, after the broker has ended`,
  run: async (bench) => {
    const { tap } = bench.stage;
    if (tap.vanish === undefined) return notApplicable("the broker is not the probe's to end");
    await tap.vanish();
    bench.note("process", "the broker is gone");
    const enough = new AbortController();
    const called = async (tool: KnownTool): Promise<Outcome> => {
      const outcome = await calledWithout(bench, tool, enough.signal);
      if (outcome.ruling === "shown") enough.abort();
      return outcome;
    };
    const outcomes = await Promise.all(tools.map(called));
    for (const ruling of ["shown", "withstood"] as const) {
      const found = outcomes.find((outcome) => outcome.ruling === ruling);
      if (found !== undefined) return found;
    }
    return outcomes[0]!;
  },
});

async function calledWithout(bench: Bench, tool: KnownTool, signal: AbortSignal): Promise<Outcome> {
  const args = tool.honest(bench.canary()) ?? {};
  const { how, text } = await bench.call(tool.name, args, ANSWERS_WITHIN_MS, signal);
  if (how === "lost") return notApplicable("no tool gave an answer while the broker was gone: there was no error");
  const isOrdinary = how === "accepted";
  if (isOrdinary && !SAYS_ERROR.test(text.slice(0, MOST_ERROR)))
    return notApplicable("every tool that answered did so as it always does, while the broker was gone: there was no error");
  const given = JSON.stringify(bench.stage.filled(args));
  // Some say what went wrong in an answer like any other. What an honest answer has in it, too, is no error's.
  const told = isOrdinary ? placeIn(text.slice(0, MOST_ERROR), bench.stage.brokerNames, given, tool.said) : insideOf(text, bench, given);
  if (told !== undefined) return shown(`an error of ${tool.name} shows ${told}`);
  return isOrdinary
    ? notApplicable(`${tool.name} answered as it always does, while the broker was gone: there was no error`)
    : withstood("errors say nothing of the inside while the broker is gone");
}

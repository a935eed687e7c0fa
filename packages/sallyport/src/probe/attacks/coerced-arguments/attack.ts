// PUB-03: words that every object has, and lists of one, which pass an allowlist that is a plain object. Where a text is
// free there is no list to pass: that a list is taken for it says that the tool does not hold to its schema (PUB-02).
import { type Slot, withValue } from "../../schema/slots.ts";
import { attack, type Case, notApplicable, type Outcome, shown } from "../attack.ts";
import { held, on, overContents } from "../front.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";

const PROTOTYPE = ["constructor", "__proto__", "toString", "hasOwnProperty"];
const MOST_SLOTS = 4;

export const coercedArguments = attack({
  id: "coerced-arguments",
  title: "A prototype's name, or what is of the wrong type, passes the check",
  threats: ["PUB-03", "PUB-02"],
  axis: "injection",
  severity: "high",
  fix: "Check the arguments' types before anything is looked up, and look up in a Map or with Object.hasOwn.",
  stage: "shared",
  cases: (known) => overContents(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const actions = tool.slots.filter(({ role, words }) => role === "action" || words.length > 0);
  const texts = tool.slots.filter((slot) => slot.type === "string" && !actions.includes(slot)).slice(0, MOST_SLOTS);
  const places = actions.length > 0 || texts.length > 0 ? [] : ["action"];
  return [
    ...actions.flatMap((slot) => [...PROTOTYPE.map((word) => wordCase(tool, slot.path, word)), listCase(tool, slot.path, "PUB-03")]),
    ...texts.map((slot: Slot) => listCase(tool, slot.path, "PUB-02")),
    ...places.flatMap((name) => PROTOTYPE.map((word) => wordCase(tool, [name], word))),
  ];
}

const wordCase = (tool: KnownTool, path: readonly string[], word: string): Case => ({
  name: `${tool.name}: ${word} as ${path.join(".")}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = ${JSON.stringify(word)}, after one with a made-up word`,
  threats: ["PUB-03"],
  run: async (bench) => {
    const control = await attempt(bench, tool, path, bench.canary());
    if (control.ruling === "shown") return notApplicable(`${tool.name} takes any word as ${path.join(".")}: there is no list to pass`);
    return attempt(bench, tool, path, word);
  },
});

const listCase = (tool: KnownTool, path: readonly string[], threat: string): Case => ({
  name: `${tool.name}: a list of one as ${path.join(".")}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = [its honest value]`,
  threats: [threat],
  run: (bench) => attempt(bench, tool, path, (honest: unknown) => [honest]),
});

async function attempt(
  bench: Bench,
  tool: KnownTool,
  path: readonly string[],
  value: string | ((honest: unknown) => unknown),
): Promise<Outcome> {
  const canary = bench.canary();
  const honest = tool.honest(canary) ?? {};
  const put = typeof value === "string" ? value : value(at(honest, path));
  const answer = await bench.call(tool.name, withValue(honest, path, put));
  const seen = await bench.after(answer, canary);
  if (seen.length === 0) return held(bench, tool, `no message came of ${path.join(".")} = ${JSON.stringify(put)}`);
  return shown(`${tool.name} took ${JSON.stringify(put)} as ${path.join(".")}, and published on ${on(seen)}`);
}

function at(given: unknown, path: readonly string[]): unknown {
  let value = given;
  for (const name of path)
    value = typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  return value ?? "sallyport";
}

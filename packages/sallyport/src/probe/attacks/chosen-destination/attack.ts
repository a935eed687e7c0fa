// DST-01, DST-03, DST-08: an argument that is a destination's name, or a part of it.
import { USUAL, withValue } from "../../schema/slots.ts";
import { roleOf } from "../../schema/roles.ts";
import { attack, type Case, inconclusive, notApplicable, type Outcome, shown } from "../attack.ts";
import { held, on, overContents, undeclared } from "../front.ts";
import { calledIn, madeAsNamed, madeFor } from "../places.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";
import type { Seen } from "../../taps/tap.ts";

const TENANT = /tenant|org|account|customer|workspace/i;
const SEPARATED = ["../%", "%.*", "%.>", "%.#", "%:admin"];

export const chosenDestination = attack({
  id: "chosen-destination",
  title: "The model chooses where a message goes",
  threats: ["DST-01", "DST-03", "DST-08"],
  axis: "confusion",
  severity: "high",
  fix: "Let destinations come from the contract, and their variable parts from the authenticated caller, checked against a closed alphabet.",
  stage: "shared",
  cases: (known) => overContents(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const texts = tool.slots.filter(({ type, words }) => (type === "string" || type === "any") && words.length === 0);
  const listed = tool.slots.filter(({ role, words }) => role === "destination" && words.length > 0);
  const names = new Set(tool.slots.map(({ path }) => path[0]));
  const usual = USUAL.destination.filter((name) => !names.has(name)).map((name) => [name]);
  return [
    ...[...texts, ...listed].map(({ path }) => placeCase(tool, [path], path.join("."))),
    placeCase(tool, usual, `${usual.join(", ")}, which it does not have`),
    ...texts
      .filter(({ path }) => roleOf(path.at(-1)!) !== "data" || TENANT.test(path.at(-1)!))
      .map(({ path }) => separatedCase(tool, path)),
  ];
}

const placeCase = (tool: KnownTool, paths: readonly (readonly string[])[], what: string): Case => ({
  name: `${tool.name}: ${what}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${what} = CANARY`,
  run: (bench) => undeclared(bench, paths, (these) => attempt(bench, tool, these, what, "%")),
});

const separatedCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: separators and wildcards in ${path.join(".")}`,
  at: tool.name,
  sends: SEPARATED.map((form) => `${path.join(".")} = ${form.replace("%", "CANARY")}`).join("; "),
  threats: ["DST-03"],
  run: async (bench) => {
    const outcomes: Outcome[] = [];
    for (const form of SEPARATED) {
      const outcome = await attempt(bench, tool, [path], path.join("."), form);
      if (outcome.ruling === "shown") return outcome;
      outcomes.push(outcome);
    }
    const open = outcomes.find(({ ruling }) => ruling === "inconclusive");
    if (open !== undefined) return open;
    const isAny = outcomes.some(({ ruling }) => ruling === "withstood");
    return isAny ? held(bench, tool, "none of them became a part of a destination") : outcomes[0]!;
  },
});

async function attempt(bench: Bench, tool: KnownTool, paths: readonly (readonly string[])[], what: string, form: string): Promise<Outcome> {
  const place = bench.canary();
  const name = form.replace("%", place);
  let given = tool.honest(bench.canary()) ?? {};
  let isMade = true;
  for (const path of paths) {
    given = withValue(given, path, calledIn(bench, tool, path, name));
    isMade = (await madeFor(bench, tool, path, name)) && isMade;
  }
  const arrived = async (): Promise<readonly [answer: string, there: readonly Seen[]]> => {
    const answer = await bench.call(tool.name, given);
    return [answer.text, (await bench.after(answer, place)).filter(({ destination }) => destination.includes(place))];
  };
  let [answer, there] = await arrived();
  if (there.length === 0 && (await madeAsNamed(bench, answer, place, [name]))) [answer, there] = await arrived();
  if (there.length === 0) return nowhere(bench, tool, name, isMade, answer);
  const isBuilt = there.some(({ destination }) => destination !== name);
  const threats = [isBuilt ? "DST-03" : "DST-01", ...(TENANT.test(what) ? ["DST-08"] : [])];
  return shown(
    `${tool.name} took ${what} for ${isBuilt ? "a part of the destination" : "the destination"}: a message appeared on ${on(there)}`,
    ...threats,
  );
}

/** What was refused since the place was not there was not refused for what it is. */
function nowhere(bench: Bench, tool: KnownTool, name: string, isMade: boolean, answer: string): Outcome {
  const outcome = held(bench, tool, "no message was on a destination of that name");
  if (outcome.ruling !== "withstood") return outcome;
  if (!isMade) return notApplicable(`no destination of this broker can be called ${name}`);
  const missing = bench.stage.tap.saysMissing?.exec(answer)?.[0];
  if (missing === undefined) return outcome;
  return inconclusive(`${tool.name} asked for a destination that is not there (${missing}), which one is not known`);
}

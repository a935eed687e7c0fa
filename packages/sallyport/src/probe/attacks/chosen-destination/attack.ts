// DST-01, DST-03, DST-08: an argument that is a destination's name, or a part of it.
import { USUAL, withValue } from "../../schema/slots.ts";
import { roleOf } from "../../schema/roles.ts";
import { attack, type Case, type Outcome, shown } from "../attack.ts";
import { held, on, overPublishers, undeclared } from "../front.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";

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
  cases: (known) => overPublishers(known, casesOf),
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
    for (const form of SEPARATED) {
      const outcome = await attempt(bench, tool, [path], path.join("."), form);
      if (outcome.ruling === "shown") return outcome;
    }
    return held(bench, tool, "none of them became a part of a destination");
  },
});

async function attempt(bench: Bench, tool: KnownTool, paths: readonly (readonly string[])[], what: string, form: string): Promise<Outcome> {
  const place = bench.canary();
  let given = tool.honest(bench.canary()) ?? {};
  for (const path of paths) given = withValue(given, path, form.replace("%", place));
  // A name that no destination can have is refused.
  await bench.stage.tap.make?.(form.replace("%", place)).catch(() => undefined);
  const seen = await bench.after(await bench.call(tool.name, given), place);
  const there = seen.filter(({ destination }) => destination.includes(place));
  if (there.length === 0) return held(bench, tool, "no message was on a destination of that name");
  const isBuilt = there.some(({ destination }) => destination !== form.replace("%", place));
  const threats = [isBuilt ? "DST-03" : "DST-01", ...(TENANT.test(what) ? ["DST-08"] : [])];
  return shown(
    `${tool.name} took ${what} for ${isBuilt ? "a part of the destination" : "the destination"}: a message appeared on ${on(there)}`,
    ...threats,
  );
}

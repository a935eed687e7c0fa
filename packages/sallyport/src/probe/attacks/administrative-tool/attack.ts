// DST-09: a destination with a message in it, and tools that are named as if they made an end of such things.
import { withValue } from "../../schema/slots.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";
import { encoded } from "../../taps/tap.ts";
import { attack, type Case, inconclusive, notApplicable, type Outcome, shown, withstood } from "../attack.ts";
import { calledIn } from "../places.ts";
import { filledByTarget, placesIn } from "../reading.ts";
import { arrangeCase, disarrangeCase, isArranging } from "./arrangements.ts";

const ENDS = /delete|remove|purge|drop|destroy|flush|clear|trim|drain|clean|empty|obliterate|reset|(?:^|[_-])del(?:$|[_-])/i;
const MAKES = /create|declare|add|make|new|configure|set/i;
const PLACE = /topic|queue|stream|exchange|channel|subject/i;
const NAMED = /topic|queue|stream|exchange|channel|subject|key/i;

const LISTED = /^(?:keys|names)$/i;

/** What the tool is named for is what it is given. */
const FORM = /stream|list/i;

export const administrativeTool = attack({
  id: "administrative-tool",
  title: "The model creates, purges or deletes what messages are kept in",
  threats: ["DST-09"],
  axis: "confusion",
  severity: "high",
  fix: "Have no such tool: administration is the operator's.",
  stage: "turn",
  cases: ({ tools }) => {
    const makers = tools.filter((tool) => isArranging(tool) && MAKES.test(tool.name) && !ENDS.test(tool.name));
    const cases = tools.flatMap((tool) => [
      ...(isArranging(tool) ? arrangingOf(tool, makers) : []),
      ...(isArranging(tool) && !PLACE.test(tool.name) ? [] : placingOf(tool)),
    ]);
    return cases.length === 0 ? notApplicable("no tool is named as if it administered the broker") : cases;
  },
});

function placingOf(tool: KnownTool): readonly Case[] {
  const makes = MAKES.test(tool.name) && NAMED.test(tool.name) ? [...placesIn(tool), ...listsIn(tool)] : [];
  return [...(ENDS.test(tool.name) ? endsOf(tool) : []), ...makes.map((path) => makeCase(tool, path))];
}

function arrangingOf(tool: KnownTool, makers: readonly KnownTool[]): readonly Case[] {
  if (ENDS.test(tool.name)) return [disarrangeCase(tool, makers)];
  return makers.includes(tool) ? [arrangeCase(tool)] : [];
}

/** By a name, by a list of names, or without being told, as what clears everything is. */
function endsOf(tool: KnownTool): readonly Case[] {
  const cases = [...placesIn(tool), ...listsIn(tool)].map((path) => endCase(tool, path));
  const asks = Array.isArray(tool.schema["required"]) && tool.schema["required"].length > 0;
  return cases.length > 0 || asks ? cases : [endCase(tool, [])];
}

/** Of names, where they are not the places themselves. */
function listsIn(tool: KnownTool): readonly (readonly string[])[] {
  const names = new Set(placesIn(tool).map((path) => path.join(".")));
  const lists = tool.slots.filter(({ type, path, role }) => type === "array" && (role === "destination" || LISTED.test(path.at(-1)!)));
  return lists.map(({ path }) => path).filter((path) => !names.has(path.join(".")));
}

const endCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: ends ${path.join(".") || "whatever there is"}`,
  at: tool.name,
  sends: `a message on a destination of our own, then a call of ${tool.name}${path.length === 0 ? "" : ` with ${path.join(".")} = its name`}`,
  run: async (bench) => {
    const { tap } = bench.stage;
    const place = bench.canary();
    await bench.put({ destination: place, bytes: encoded("{}"), headers: {} }, FORM.exec(tool.name)?.[0].toLowerCase());
    for (const one of [place, ...(await filledByTarget(bench, bench.canary()))]) {
      const of = (destinations: readonly string[]): readonly string[] => destinations.filter((name) => name.includes(one));
      const before = of(await tap.destinations());
      if (before.length === 0) continue;
      const kept = await keptIn(bench, before);
      await bench.call(tool.name, withValue(tool.honest(bench.canary()) ?? {}, path, calledIn(bench, tool, path, one)));
      const missing = async (): Promise<readonly string[]> => {
        const now = new Set(await tap.destinations());
        return before.filter((name) => !now.has(name));
      };
      const emptied = async (): Promise<readonly string[]> => {
        const counts = await Promise.all(kept.map((name) => tap.holds(name)));
        return kept.filter((_, index) => counts[index] === 0);
      };
      if (!(await bench.stage.until(async () => (await missing()).length + (await emptied()).length > 0, bench.bounds.watchMs))) continue;
      const gone = await missing();
      if (gone.length > 0) return shown(`${tool.name} made an end of ${gone.join(", ")} and of what was in it`);
      // What somebody only looked at comes back.
      await bench.stage.until(() => false, bench.bounds.watchMs / 4);
      const empty = await emptied();
      if (empty.length > 0) return shown(`${tool.name} made an end of what was in ${empty.join(", ")}`);
    }
    return held(tool, `${place} is still there`);
  },
});

/** Those with messages in them that nobody reads, who might take them. */
async function keptIn({ stage: { tap } }: Bench, places: readonly string[]): Promise<readonly string[]> {
  const read = new Set((await tap.owed()).map(({ destination }) => destination));
  const counts = await Promise.all(places.map((name) => tap.holds(name)));
  return places.filter((name, index) => !read.has(name) && counts[index]! > 0);
}

const makeCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: makes ${path.join(".")}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = CANARY`,
  run: async (bench) => {
    const place = bench.canary();
    await bench.call(tool.name, withValue(tool.honest(bench.canary()) ?? {}, path, calledIn(bench, tool, path, place)));
    const made = await bench.stage.until(async () => (await bench.stage.tap.destinations()).includes(place), bench.bounds.watchMs);
    return made ? shown(`${tool.name} made ${place}`) : held(tool, "nothing of that name was made");
  },
});

/** That a tool did nothing to a place says something only of one that does what it is asked honestly. */
const held = ({ name, honestly, said }: KnownTool, saw: string): Outcome =>
  honestly === "refused" ? inconclusive(`no honest call of ${name} got through: ${said.slice(0, 160)}`) : withstood(saw);

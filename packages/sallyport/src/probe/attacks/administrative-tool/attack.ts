// DST-09: a destination with a message in it, and tools that are named as if they made an end of such things.
import { withValue } from "../../schema/slots.ts";
import { attack, type Case, notApplicable, shown, withstood } from "../attack.ts";
import type { KnownTool } from "../../known.ts";
import { encoded } from "../../taps/tap.ts";

const ENDS = /delete|remove|purge|drop|destroy|flush|clear|trim/i;
const MAKES = /create|declare|add|make|new|configure|set/i;
const NAMED = /topic|queue|stream|exchange|channel|subject|consumer|binding|permission|key/i;

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
    const cases = tools.flatMap((tool) => [
      ...(ENDS.test(tool.name) ? placesOf(tool).map((path) => endCase(tool, path)) : []),
      ...(MAKES.test(tool.name) && NAMED.test(tool.name) ? placesOf(tool).map((path) => makeCase(tool, path)) : []),
    ]);
    return cases.length === 0 ? notApplicable("no tool is named as if it administered the broker") : cases;
  },
});

const placesOf = ({ slots, name }: KnownTool): readonly (readonly string[])[] => {
  const named = slots.filter(({ role, type }) => role === "destination" && type === "string");
  const others = slots.filter(
    ({ path, type }) => type === "string" && path.length === 1 && /^(?:name|key)$/i.test(path[0]!) && NAMED.test(name),
  );
  return [...named, ...others].map(({ path }) => path);
};

const endCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: ends ${path.join(".")}`,
  at: tool.name,
  sends: `a message on a destination of our own, then a call of ${tool.name} with ${path.join(".")} = its name`,
  run: async (bench) => {
    const { tap } = bench.stage;
    const place = bench.canary();
    await bench.put({ destination: place, bytes: encoded("{}"), headers: {} }, FORM.exec(tool.name)?.[0].toLowerCase());
    if (!(await tap.destinations()).includes(place)) return notApplicable("on this broker nothing can be put there first");
    await bench.call(tool.name, withValue(tool.honest(bench.canary()) ?? {}, path, place));
    const gone = await bench.stage.until(async () => !(await tap.destinations()).includes(place), bench.bounds.watchMs);
    return gone ? shown(`${tool.name} made an end of ${place} and of what was in it`) : withstood(`${place} is still there`);
  },
});

const makeCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: makes ${path.join(".")}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = CANARY`,
  run: async (bench) => {
    const place = bench.canary();
    await bench.call(tool.name, withValue(tool.honest(bench.canary()) ?? {}, path, place));
    const made = await bench.stage.until(async () => (await bench.stage.tap.destinations()).includes(place), bench.bounds.watchMs);
    return made ? shown(`${tool.name} made ${place}`) : withstood("nothing of that name was made");
  },
});

// PUB-02: keys that no schema knows, in every object of the arguments.
import { jsonIn, objectOf, objectsIn, valueAt, withValue } from "../../schema/slots.ts";
import { attack, type Case, shown } from "../attack.ts";
import { held, on, overContents, publishedBy } from "../front.ts";
import type { KnownTool } from "../../known.ts";

const KEY = "sallyportExtra";
const SAMPLE = "text";

export const freePayload = attack({
  id: "free-payload",
  title: "The model fills a message with whatever it likes",
  threats: ["PUB-02"],
  axis: "injection",
  severity: "high",
  fix: "Hold the arguments to one strict schema for each event, and refuse keys that it does not name.",
  stage: "shared",
  cases: (known) => overContents(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const honest = tool.honest(SAMPLE) ?? {};
  const free = tool.slots.filter(({ role, type }) => role === "data" && type === "object").map(({ path }) => path);
  const places = [...new Map([...objectsIn(honest), ...free].map((path) => [path.join("."), path])).values()];
  return [
    ...places.map((place) => {
      const path = [...place, KEY];
      const where = place.length === 0 ? "the arguments" : place.join(".");
      return keyCase(tool, where, path.join("."), (given, extra) => withValue(given, path, extra));
    }),
    ...jsonIn(honest).map((place) =>
      keyCase(tool, `the JSON of ${place.join(".")}`, `${KEY} in ${place.join(".")}`, (given, extra) => {
        const message = objectOf(String(valueAt(given, place))) ?? {};
        return withValue(given, place, JSON.stringify({ ...message, [KEY]: extra }));
      }),
    ),
  ];
}

type With = (given: Record<string, unknown>, extra: string) => Record<string, unknown>;

const keyCase = (tool: KnownTool, where: string, key: string, withKey: With): Case => ({
  name: `${tool.name}: an unknown key in ${where}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${key} = CANARY, which its schema does not name`,
  run: async (bench) => {
    const extra = bench.canary();
    const seen = await publishedBy(bench, tool, withKey(tool.honest(bench.canary()) ?? {}, extra), extra);
    if (seen.length === 0) return held(bench, tool, "no message carried the unknown key");
    return shown(`${tool.name} took the unknown key \`${key}\`, and a message with it appeared on ${on(seen)}`);
  },
});

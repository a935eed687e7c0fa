// PUB-01: an action, or a type of event, that nobody ever defined.
import { withValue } from "../../schema/slots.ts";
import { attack, type Case, shown } from "../attack.ts";
import { held, levelsOf, on, overContents, publishedBy } from "../front.ts";
import type { KnownTool } from "../../known.ts";
import { roleOf } from "../../schema/roles.ts";
import type { Seen } from "../../taps/tap.ts";

export const madeUpAction = attack({
  id: "made-up-action",
  title: "The model makes up an action or an event type",
  threats: ["PUB-01"],
  axis: "injection",
  severity: "high",
  fix: "Make one tool for each event, so that no argument names a type; or look the word up in a Map of the server's, and refuse what is not there.",
  stage: "shared",
  cases: (known) => overContents(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const declared = tool.slots.filter(({ role, type }) => role === "action" && (type === "string" || type === "any"));
  const places = declared.length > 0 ? declared.map(({ path }) => path) : [["action"]];
  return places.map((path) => ({
    name: `${tool.name}: a made-up word as ${path.join(".")}`,
    at: tool.name,
    sends: `a call of ${tool.name} with ${path.join(".")} = CANARY${declared.length === 0 ? ", an argument that it does not have" : ""}`,
    run: async (bench) => {
      const word = bench.canary();
      const published = await publishedBy(bench, tool, withValue(tool.honest(bench.canary()) ?? {}, path, word), word);
      const seen = declared.length > 0 ? published : published.filter((message) => isNamed(message, word));
      if (seen.length === 0) return held(bench, tool, "no message carried the made-up word");
      return shown(`${tool.name} took the made-up ${path.join(".")} \`${word}\`, and a message with it appeared on ${on(seen)}`);
    },
  }));
}

/** An argument that no tool has is data like any other (`free-payload`), unless the message itself is named by it. */
const isNamed = ({ text, headers }: Seen, word: string): boolean =>
  [...levelsOf(text), headers].some((level) => Object.entries(level).some(([name, value]) => value === word && roleOf(name) === "action"));

// PUB-04: fields that say who, when, from where and with whose consent, written by the model.
import { USUAL, withValue } from "../../schema/slots.ts";
import { roleOf } from "../../schema/roles.ts";
import { attack, type Case, type Outcome, shown } from "../attack.ts";
import { held, levelsOf, on, overContents, propertiesOf, undeclared } from "../front.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";
import type { Seen } from "../../taps/tap.ts";

/** `id` and `user_id` of a tool's own are as a rule of what it is about. */
const SERVERS =
  /^(?:message_?id|event_?id|time(?:stamp)?|published_?at|created_?at|source|actor|tenant(?:_?id)?|approved(?:_?by)?|origin|hops?|depth)$/i;

export const serverFields = attack({
  id: "server-fields",
  title: "The model sets fields that are the server's to set",
  threats: ["PUB-04"],
  axis: "injection",
  severity: "high",
  fix: "Set id, time, source, actor, tenant and approval on the server after the arguments were validated, and have no argument of these names.",
  stage: "shared",
  cases: (known) =>
    overContents(known, (tool) => [unknownCase(tool), ...declared(tool), ...propertiesOf(tool).map(({ path }) => idCase(tool, path))]),
});

const declared = (tool: KnownTool): readonly Case[] =>
  tool.slots
    .filter(({ path, type, words }) => SERVERS.test(path.at(-1)!) && type === "string" && words.length === 0)
    .map(({ path }) => fieldCase(tool, [path], `${path.join(".")}, an argument of its own`));

const unknownCase = (tool: KnownTool): Case => {
  const known = new Set(tool.slots.map(({ path }) => path[0]));
  const names = USUAL.server.filter((name) => !known.has(name));
  return fieldCase(
    tool,
    names.map((name) => [name]),
    `${names.join(", ")}, which it does not have`,
  );
};

const fieldCase = (tool: KnownTool, paths: readonly (readonly string[])[], what: string): Case => ({
  name: `${tool.name}: ${what}`,
  at: tool.name,
  sends: `a call of ${tool.name} with a CANARY as each of ${what}`,
  run: (bench) => undeclared(bench, paths, (these) => attempt(bench, tool, these)),
});

/** As AMQP calls it, and as its clients do. */
const IDS = ["message_id", "messageId"];

/** Among properties, where a header of that name would be the client's business: it has to be the message's own. */
const idCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: message id in ${path.join(".")}`,
  at: tool.name,
  sends: `calls of ${tool.name} with ${IDS.join(" or ")} = CANARY in ${path.join(".")}`,
  run: async (bench) => {
    for (const name of IDS) {
      const [text, id] = [bench.canary(), bench.canary()];
      const answer = await bench.call(tool.name, withValue(tool.honest(text) ?? {}, [...path, name], id));
      const set = (await bench.after(answer, text)).filter((message) => message.id === id);
      if (set.length > 0) return shown(`${tool.name} let the caller write the id of the message on ${on(set)}, by ${path.join(".")}`);
    }
    return held(bench, tool, "no message had it as its id");
  },
});

async function attempt(bench: Bench, tool: KnownTool, paths: readonly (readonly string[])[]): Promise<Outcome> {
  const value = bench.canary();
  let given = tool.honest(bench.canary()) ?? {};
  for (const path of paths) given = withValue(given, path, value);
  const seen = await bench.after(await bench.call(tool.name, given), value);
  const set = seen.flatMap((message) => fieldsWith(message, value).filter((name) => paths.some((path) => path.at(-1) === name)));
  if (set.length === 0) return held(bench, tool, "no message carried them where the server's own fields are");
  return shown(`${tool.name} let the caller write ${[...new Set(set)].join(", ")} of the message on ${on(seen)}`);
}

/** Of the message itself, not of the data in it. */
function fieldsWith({ text, headers }: Seen, value: string): readonly string[] {
  const levels = [...levelsOf(text), headers];
  return levels.flatMap((level) =>
    Object.entries(level).flatMap(([name, given]) => (given === value && roleOf(name) === "server" ? [name] : [])),
  );
}

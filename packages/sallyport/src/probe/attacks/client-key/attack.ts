// PUB-06: the key, group or partition, by which a message finds its place and its order.
import { USUAL, withValue } from "../../schema/slots.ts";
import { attack, type Case, type Outcome, shown } from "../attack.ts";
import { held, on, overPublishers, undeclared } from "../front.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";

export const clientKey = attack({
  id: "client-key",
  title: "The model sets the message's key",
  threats: ["PUB-06"],
  axis: "injection",
  severity: "medium",
  fix: "Derive the key from validated data on the server, by a function of the contract.",
  stage: "shared",
  cases: (known) => overPublishers(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const declared = tool.slots
    .filter(({ role, type, words }) => role === "key" && type !== "integer" && words.length === 0)
    .map(({ path }) => path);
  const names = new Set(tool.slots.map(({ path }) => path[0]));
  const usual = USUAL.key.filter((name) => !names.has(name)).map((name) => [name]);
  return [
    ...declared.map((path) => keyCase(tool, [path], path.join("."))),
    keyCase(tool, usual, `${usual.join(", ")}, which it does not have`),
  ];
}

const keyCase = (tool: KnownTool, paths: readonly (readonly string[])[], what: string): Case => ({
  name: `${tool.name}: ${what}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${what} = CANARY`,
  run: (bench) => undeclared(bench, paths, (these) => attempt(bench, tool, these)),
});

async function attempt(bench: Bench, tool: KnownTool, paths: readonly (readonly string[])[]): Promise<Outcome> {
  const key = bench.canary();
  let given = tool.honest(bench.canary()) ?? {};
  for (const path of paths) given = withValue(given, path, key);
  const seen = (await bench.after(await bench.call(tool.name, given), key)).filter(
    (message) => message.key === key || message.headers["key"] === key,
  );
  if (seen.length === 0) return held(tool, "no message had it as its key");
  return shown(`${tool.name} let the caller choose the key of the message on ${on(seen)}`);
}

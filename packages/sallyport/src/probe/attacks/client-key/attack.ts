// PUB-06: the key, group or partition, by which a message finds its place and its order.
import { USUAL, withValue } from "../../schema/slots.ts";
import { attack, type Case, inconclusive, type Outcome, shown } from "../attack.ts";
import { held, on, overContents, undeclared } from "../front.ts";
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
  cases: (known) => overContents(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const declared = tool.slots
    .filter(({ role, type, words }) => role === "key" && !/^(?:integer|number)$/.test(type) && words.length === 0)
    .map(({ path }) => path);
  const names = new Set(tool.slots.map(({ path }) => path[0]));
  const usual = USUAL.key.filter((name) => !names.has(name)).map((name) => [name]);
  const numbers = tool.slots.filter(({ role, type, words }) => role === "key" && /^(?:integer|number)$/.test(type) && words.length === 0);
  return [
    ...numbers.map(({ path }) => numberCase(tool, path)),
    ...declared.map((path) => keyCase(tool, [path], path.join("."))),
    keyCase(tool, usual, `${usual.join(", ")}, which it does not have`),
  ];
}

/** Of these there are only some. */
const PARTITION = /partition$/i;

/** Priorities and partitions, which stand under their own name in the message where it has no key. */
const numberCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: ${path.join(".")}, a number`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = a number that nobody else uses`,
  run: async (bench) => {
    const canary = bench.canary();
    const number = 10_000 + (Number.parseInt(canary.slice(2, 8), 16) % 1_000_000);
    const seen = await bench.after(await bench.call(tool.name, withValue(tool.honest(canary) ?? {}, path, number)), canary);
    const written = new RegExp(`\\b${path.at(-1)}"?[\\s:=]+"?${number}\\b`, "i");
    const carried = seen.filter(
      ({ key, text, headers }) => key === String(number) || written.test(text) || written.test(JSON.stringify(headers)),
    );
    if (seen.length === 0 && PARTITION.test(path.at(-1)!))
      return inconclusive(`there is no ${path.at(-1)} ${number}, which says nothing of those that there are`);
    if (carried.length === 0) return held(bench, tool, `no message had it as its ${path.at(-1)}`);
    return shown(`${tool.name} let the caller choose ${path.join(".")} of the message on ${on(carried)}`);
  },
});

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
  if (seen.length === 0) return held(bench, tool, "no message had it as its key");
  return shown(`${tool.name} let the caller choose the key of the message on ${on(seen)}`);
}

// PUB-06: the key, group or partition, by which a message finds its place and its order.
import { type Slot, USUAL, valueAt, withValue } from "../../schema/slots.ts";
import { attack, type Case, inconclusive, type Outcome, shown } from "../attack.ts";
import { held, on, overContents, propertiesOf, undeclared } from "../front.ts";
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
    ...numbers.map((slot) => numberCase(tool, slot)),
    ...propertiesOf(tool).map((slot) => priorityCase(tool, [...slot.path, "priority"])),
    ...declared.map((path) => keyCase(tool, [path], path.join("."))),
    keyCase(tool, usual, `${usual.join(", ")}, which it does not have`),
  ];
}

/** Of these there are only some. */
const PARTITION = /partition$/i;
const PRIORITY = /priority$/i;
/** A priority is a byte where it is the broker's. */
const MOST_PRIORITY = 255;

/** Priorities and partitions, which stand under their own name in the message where it has no key. */
const numberCase = (tool: KnownTool, { path, schema }: Slot): Case => ({
  name: `${tool.name}: ${path.join(".")}, a number`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = a number that nobody else uses`,
  run: async (bench) => {
    const canary = bench.canary();
    const honest = tool.honest(canary) ?? {};
    const most = PRIORITY.test(path.at(-1)!) ? MOST_PRIORITY : 1_000_000;
    const range = { least: schema["minimum"], most: schema["maximum"] ?? most, not: [valueAt(honest, path), ...usualOf(tool)] };
    const number = numberOf(canary, range);
    const seen = await bench.after(await bench.call(tool.name, withValue(honest, path, number)), canary);
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

/** Among properties, where a header of that name would be none: it has to be the broker's own. */
const priorityCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: ${path.join(".")}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${path.join(".")} = a number that nobody else uses`,
  run: async (bench) => {
    const canary = bench.canary();
    const number = numberOf(canary, { most: MOST_PRIORITY, not: usualOf(tool) });
    const seen = await bench.after(await bench.call(tool.name, withValue(tool.honest(canary) ?? {}, path, number)), canary);
    const carried = seen.filter(({ key }) => key === String(number));
    if (carried.length === 0) return held(bench, tool, "no message had it as its priority");
    return shown(`${tool.name} let the caller choose ${path.join(".")} of the message on ${on(carried)}`);
  },
});

interface Range {
  readonly least?: unknown;
  readonly most: unknown;
  /** What it is honestly: that it is so again says nothing. */
  readonly not: readonly unknown[];
}

const usualOf = ({ message }: KnownTool): readonly unknown[] => [Number(message?.key)];

/** Of those that the schema takes, the larger ones. */
function numberOf(canary: string, { least, most, not }: Range): number {
  const highest = typeof most === "number" ? most : 1_000_000;
  const lowest = Math.min(highest, Math.max(typeof least === "number" ? least : 1, Math.floor(highest / 4)));
  const from = Number.parseInt(canary.slice(2, 8), 16);
  const count = highest - lowest + 1;
  const inTurn = Array.from({ length: Math.min(count, not.length + 1) }, (_, step) => lowest + ((from + step) % count));
  return inTurn.find((number) => !not.includes(number)) ?? highest;
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
  if (seen.length === 0) return held(bench, tool, "no message had it as its key");
  return shown(`${tool.name} let the caller choose the key of the message on ${on(seen)}`);
}

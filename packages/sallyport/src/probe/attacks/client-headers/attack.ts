// PUB-05: headers, attributes and properties of the message, among them those by which a broker sends copies elsewhere.
import { USUAL, withValue } from "../../schema/slots.ts";
import { isRecord } from "../../schema/grow.ts";
import { attack, type Case, type Outcome, shown } from "../attack.ts";
import { held, levelsOf, on, overContents, undeclared } from "../front.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";
import type { Seen } from "../../taps/tap.ts";

export const clientHeaders = attack({
  id: "client-headers",
  title: "The model reaches the message's headers",
  threats: ["PUB-05"],
  axis: "injection",
  severity: "high",
  fix: "Take headers from the envelope alone, and copy nothing of the arguments into them.",
  stage: "shared",
  cases: (known) => overContents(known, casesOf),
});

function casesOf(tool: KnownTool): readonly Case[] {
  const declared = tool.slots.filter(({ role, words }) => role === "header" && words.length === 0);
  const names = new Set(tool.slots.map(({ path }) => path[0]));
  const usual = USUAL.header.filter((name) => !names.has(name)).map((name) => [name]);
  return [
    ...declared.map(({ path, type }) =>
      headerCase(tool, [path], path.join("."), type === "string" ? [(canary) => canary] : [copied, plain, typed, nested, listed]),
    ),
    headerCase(tool, usual, `${usual.join(", ")}, which it does not have`, [copied]),
    breakCase(tool),
  ];
}

type Value = (canary: string) => unknown;

const copied: Value = (canary) => ({ "x-sallyport": canary, CC: [canary], BCC: [canary], "reply-to": canary });
/** Some take texts alone, and refuse what has a list in it; or a list of lines. */
const plain: Value = (canary) => ({ "x-sallyport": canary });
/** As SQS and SNS have attributes: of each its type. */
const typed: Value = (canary) => ({ "x-sallyport": { DataType: "String", StringValue: canary } });
/** AMQP's properties have the headers among them. */
const nested: Value = (canary) => ({ headers: { "x-sallyport": canary } });
const listed: Value = (canary) => [`x-sallyport: ${canary}`];

const headerCase = (tool: KnownTool, paths: readonly (readonly string[])[], what: string, values: readonly Value[]): Case => ({
  name: `${tool.name}: ${what}`,
  at: tool.name,
  sends: `a call of ${tool.name} with x-sallyport, CC, BCC and reply-to = CANARY in ${what}`,
  run: (bench) => undeclared(bench, paths, (these) => firstTaken(bench, tool, these, values)),
});

async function firstTaken(
  bench: Bench,
  tool: KnownTool,
  paths: readonly (readonly string[])[],
  [valueOf, ...others]: readonly Value[],
): Promise<Outcome> {
  const outcome = await attempt(bench, tool, paths, valueOf!);
  // Some say that they refused it in an answer like any other.
  const isOver = outcome.ruling === "shown" || others.length === 0;
  return isOver || !(bench.wasRefused || paths.length === 1) ? outcome : firstTaken(bench, tool, paths, others);
}

async function attempt(bench: Bench, tool: KnownTool, paths: readonly (readonly string[])[], valueOf: Value): Promise<Outcome> {
  const canary = bench.canary();
  let given = tool.honest(bench.canary()) ?? {};
  for (const path of paths) given = withValue(given, path, valueOf(canary));
  const seen = await bench.after(await bench.call(tool.name, given), canary);
  const carried = seen.filter((message) => isInHeaders(message, canary));
  if (carried.length === 0) return held(bench, tool, "no message had it in its headers, and no copy went elsewhere");
  return shown(`${tool.name} let the caller write headers of the message on ${on(carried)}`);
}

const breakCase = (tool: KnownTool): Case => ({
  name: `${tool.name}: a line break in its text`,
  at: tool.name,
  sends: `a call of ${tool.name} with CANARY CR LF x-sallyport: CANARY as its text`,
  run: async (bench) => {
    const [canary, injected] = [bench.canary(), bench.canary()];
    const seen = await bench.after(await bench.call(tool.name, tool.honest(`${canary}\r\nx-sallyport: ${injected}`) ?? {}), injected);
    const carried = seen.filter(({ headers }) =>
      Object.entries(headers).some(([name, value]) => /x-sallyport/i.test(name) && value.includes(injected)),
    );
    if (carried.length === 0) return held(bench, tool, "the line break made no header");
    return shown(`a line break in the text of ${tool.name} made a header of the message on ${on(carried)}`);
  },
});

function isInHeaders({ headers, destination, text }: Seen, canary: string): boolean {
  if (destination === canary || Object.values(headers).some((value) => value.includes(canary))) return true;
  const [outermost] = levelsOf(text);
  const written = outermost?.["headers"];
  return isRecord(written) && JSON.stringify(written).includes(canary);
}

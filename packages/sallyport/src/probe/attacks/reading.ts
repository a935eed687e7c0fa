// What attacks on tools that read ask in common: where a tool can be told to look, how something comes to stand there, and
// whether anything comes out of it at all. Where an honest message does not, that another did not says nothing.
import type { Bench } from "../bench.ts";
import type { KnownTool } from "../known.ts";
import { type Slot, valueAt, withValue } from "../schema/slots.ts";
import type { Seen } from "../taps/tap.ts";
import { inconclusive, notApplicable, type Outcome, withstood } from "./attack.ts";
import { calledIn, madeFor } from "./places.ts";

/** On some brokers a place is a key, or just has a name. */
const NAMED = /^(?:key|name)$/i;

/** Arguments that name a topic, a queue, a channel, or what it is called where it has another name; or a list of them. */
export function placesIn({ slots }: KnownTool): readonly (readonly string[])[] {
  const free = slots.filter(({ type, words }) => (type === "string" || type === "any") && words.length === 0);
  const lists = slots.filter(({ type, role }) => type === "array" && role === "destination");
  const kinds = [free.filter(({ role }) => role === "destination"), free.filter(isKey), lists];
  return (kinds.find((kind) => kind.length > 0) ?? []).map(({ path }) => path);
}

const isKey = ({ path }: Slot): boolean => path.length === 1 && NAMED.test(path[0]!);

/** Named as if it gave something out. */
export const READS = /read|get|peek|consume|receive|browse|check|fetch|poll|messages/i;

/** What is there to destroy is not asked for messages: it would make an end of those places that the next attacks need. */
export const mayRead = ({ name, isDestructive }: KnownTool): boolean => !isDestructive || READS.test(name);

/**
 * A message of the target's own making on a place of our own, by every tool that publishes where it is told: what stands
 * on the broker then is as the target keeps it.
 */
export async function filledByTarget(
  bench: Bench,
  text: string,
  tools: readonly KnownTool[] = bench.known.tools,
): Promise<readonly string[]> {
  const places: string[] = [];
  for (const tool of tools.filter(({ honestly }) => honestly === "published"))
    for (const path of placesIn(tool)) {
      const place = bench.canary();
      await madeFor(bench, tool, path, place);
      await bench.call(tool.name, withValue(tool.honest(text) ?? {}, path, calledIn(bench, tool, path, place)));
      const there = (await bench.published(text, bench.bounds.watchMs / 4)).some(({ destination }) => destination.includes(place));
      if (there) places.push(place);
    }
  return places;
}

/** An honest message, as it was seen on the broker, and its canary. */
export interface Honest {
  readonly canary: string;
  readonly message: Seen;
  readonly by: KnownTool;
}

export async function honestMessage(bench: Bench, by: KnownTool | undefined = bench.known.publisher): Promise<Honest | undefined> {
  if (by === undefined) return undefined;
  const paths = madeUpIn(by);
  const { canary, message } = paths.length === 0 ? await bench.send("honest", by) : await sentElsewhere(bench, by, paths);
  return message === undefined ? undefined : { canary, message, by };
}

/** Places that nobody named are called what is in the message: who says where it looked would seem to have found that. */
function madeUpIn(tool: KnownTool): readonly (readonly string[])[] {
  const given = tool.honest("sallyport") ?? {};
  return placesIn(tool).filter((path) => [valueAt(given, path)].flat().includes("sallyport"));
}

async function sentElsewhere(
  bench: Bench,
  tool: KnownTool,
  paths: readonly (readonly string[])[],
): Promise<Pick<Honest, "canary"> & { readonly message: Seen | undefined }> {
  const [canary, place] = [bench.canary(), bench.canary()];
  let given = tool.honest(canary) ?? {};
  for (const path of paths) {
    await madeFor(bench, tool, path, place);
    given = withValue(given, path, calledIn(bench, tool, path, place));
  }
  await bench.call(tool.name, given);
  const [message] = await bench.published(canary, bench.bounds.patienceMs);
  return { canary, message };
}

interface Through {
  readonly publisher: KnownTool | undefined;
  /** Whether an honest message came out before anything else was put. */
  readonly came: boolean;
}

/** Whose messages come out of a tool: looked for once, by whoever asks first. */
const throughs = new WeakMap<KnownTool, Promise<Through>>();

/** An honest message that comes out of the tool, where there is any. */
export async function honestFor(bench: Bench, tool: KnownTool): Promise<Honest | undefined> {
  const through = throughs.get(tool) ?? lookedThrough(bench, tool);
  throughs.set(tool, through);
  return honestMessage(bench, (await through).publisher);
}

/** Of several that publish, not all do where the tool looks. */
async function lookedThrough(bench: Bench, tool: KnownTool): Promise<Through> {
  const { tools, publisher } = bench.known;
  if (publisher === undefined) return { publisher, came: false };
  const isElsewhere = ({ honestly, destinations }: KnownTool): boolean =>
    honestly === "published" && destinations.some((name) => !publisher.destinations.includes(name));
  for (const one of [publisher, ...tools.filter((other) => other !== publisher && isElsewhere(other))]) {
    const honest = await honestMessage(bench, one);
    if (honest !== undefined && (await comesOut(bench, tool, honest, bench.bounds.watchMs / 4))) return { publisher: one, came: true };
  }
  return { publisher, came: false };
}

/** Calls of a tool that look where honest messages are: as it is asked honestly, and by the names that their place has. */
export function honestReads(bench: Bench, tool: KnownTool, { message, by }: Honest): readonly Record<string, unknown>[] {
  const given = tool.honest(bench.canary()) ?? {};
  // What may be left out, such as where to go on from, may be of a kind that nobody can make up.
  const required = new Set(Array.isArray(tool.schema["required"]) ? (tool.schema["required"] as readonly string[]) : []);
  const least = Object.fromEntries(Object.entries(given).filter(([name]) => required.has(name)));
  const [path] = placesIn(tool);
  if (path === undefined) return [given, least];
  const names = new Set([message.destination, ...namesIn(by)]);
  return [given, ...[...names].map((name) => withValue(given, path, calledIn(bench, tool, path, name)))];
}

/** What the publisher is told, which need not be what the broker calls it. */
function namesIn(publisher: KnownTool): readonly string[] {
  const given = publisher.honest("sallyport") ?? {};
  return placesIn(publisher).flatMap((path) => {
    const name = valueAt(given, path);
    return typeof name === "string" ? [name] : [];
  });
}

const CURSOR = /"[a-z_]*cursor"\s*:\s*"([^"]+)"/gi;
const MOST_PAGES = 10;

/** The first answer with this text in it; of a tool that gives out page by page, to the last: the newest is there. */
export async function firstWith(
  bench: Bench,
  tool: KnownTool,
  calls: readonly Record<string, unknown>[],
  text: string,
): Promise<string | undefined> {
  const slot = tool.slots.find(({ path }) => path.length === 1 && /cursor$/i.test(path[0]!));
  for (const given of calls) {
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await bench.call(tool.name, cursor === undefined ? given : withValue(given, slot?.path ?? [], cursor));
      // What it was asked with it may only repeat.
      if (answer.text.includes(text) && !JSON.stringify(given).includes(text)) return answer.text;
      const next = [...answer.text.matchAll(CURSOR)].at(-1)?.[1];
      if (slot === undefined || next === undefined || next === cursor) break;
      cursor = next;
    }
  }
  return undefined;
}

const UNKNOWN = "no honest message is known, so that nothing can be said of where there is none";
/** By a key, or without being told, it reads what else there is: values, settings, numbers. */
const NO_MESSAGE = "the target publishes no message, and out of this tool, which names no place of messages, none came";

/**
 * What it says that something did not come out of a tool: nothing, before an honest message that was published behind it
 * does; then it is asked for again.
 */
export async function nothingCameOut(
  bench: Bench,
  tool: KnownTool,
  honest: Honest | undefined,
  again: () => Promise<Outcome | undefined>,
): Promise<Outcome> {
  if (bench.hasLost) return inconclusive(`an answer of ${tool.name} did not come in time`);
  if (honest === undefined)
    return tool.slots.some(({ role }) => role === "destination") ? inconclusive(UNKNOWN) : notApplicable(NO_MESSAGE);
  const { watchMs, patienceMs } = bench.bounds;
  if (await comesOut(bench, tool, honest, watchMs)) {
    const behind = await honestMessage(bench, honest.by);
    if (behind === undefined) return inconclusive("an honest message behind it was not seen on the broker");
    if (!(await comesOut(bench, tool, behind, patienceMs))) return inconclusive("an honest message behind it did not come out in time");
    return (await again()) ?? withstood("an honest message behind it came out, and it did not");
  }
  if (tool.honestly === "refused") return inconclusive(`no honest call of ${tool.name} got through: ${tool.said.slice(0, 160)}`);
  if ((await throughs.get(tool))?.came === true) return inconclusive(`honest messages came out of ${tool.name}, and do not any more`);
  return notApplicable(`no message comes out of ${tool.name}, an honest one neither`);
}

export const comesOut = (bench: Bench, tool: KnownTool, honest: Honest, withinMs: number): Promise<boolean> =>
  bench.stage.until(async () => (await firstWith(bench, tool, honestReads(bench, tool, honest), honest.canary)) !== undefined, withinMs);

// What is known of a target before it is attacked: each tool, what an honest call of it did, and who consumes what.
import type { Tool } from "@modelcontextprotocol/client";
import { canaryOf } from "./canary.ts";
import { filled, type Profile } from "./profile.ts";
import { fits, grow, growRequired, type Schema } from "./schema/grow.ts";
import { formIn, type Slot, slotsOf, valueAt } from "./schema/slots.ts";
import type { Stage } from "./stage.ts";
import { carries, type Seen } from "./taps/tap.ts";

export interface KnownTool {
  readonly name: string;
  readonly schema: Schema;
  readonly slots: readonly Slot[];
  readonly isReadOnly: boolean;
  readonly isDestructive: boolean;
  /** Honest arguments with this text in them, in which a stage fills in its places; `undefined` when none could be made that fit the schema. */
  readonly honest: (text: string) => Record<string, unknown> | undefined;
  /**
   * What an honest call did: `published` and where to; `answered` and nothing was seen; `refused`. In a dry run nothing is
   * called.
   */
  readonly honestly: "published" | "answered" | "refused" | "not called";
  readonly destinations: readonly string[];
  /** Of the honest call's message, as it was seen. */
  readonly message: Seen | undefined;
  /** Whether what is on the broker came out in the answer of an honest call. */
  readonly said: string;
  /** No answer came. */
  readonly isLost: boolean;
}

export interface Known {
  readonly profile: Profile;
  readonly tools: readonly KnownTool[];
  /** The tool of honest messages, for attacks from behind. */
  readonly publisher: KnownTool | undefined;
  /** Destinations that somebody reads. */
  readonly consumed: readonly string[];
  readonly hasEffects: boolean;
  /** How many lines say that one honest message was dealt with; at least one. */
  readonly linesEach: number;
  readonly isOverHttp: boolean;
}

const MOST_TOOLS = 60;
const READS = /(?:^|[_-])(?:get|list|read|peek|browse|show|describe|search|find|count|info|health|ping|status)(?:$|[_-])/i;
const DESTROYS = /(?:^|[_-])(?:delete|remove|purge|drop|destroy|flush|truncate|revoke|wipe|erase)(?:$|[_-])/i;

export async function learn(stage: Stage, seed: string, isDry: boolean): Promise<Known> {
  const { profile } = stage;
  const listed = (await stage.server.tools()).filter(({ name }) => !profile.tools.skip.includes(name)).slice(0, MOST_TOOLS);
  const called: KnownTool[] = [];
  const isReadOfItself = !isDry && (await readsOfItself(stage));
  for (const tool of listed) called.push(await knownTool(stage, tool, seed, isDry));
  const published = isDry ? called : await publishedLate(stage, called, seed);
  const publisher = publisherOf(published, profile);
  const tools = await answeredMeanwhile(stage, published, publisher, seed);
  const consumed = isReadOfItself ? await consumedOn(stage) : [];
  const linesOfHonest = publisher === undefined || isDry ? 0 : ((await stage.effects?.done(honestCanary(seed, publisher.name))) ?? 0);
  return {
    profile,
    tools,
    publisher,
    consumed,
    hasEffects: stage.effects !== undefined,
    linesEach: Math.max(1, linesOfHonest),
    isOverHttp: profile.server.url !== undefined,
  };
}

const honestCanary = (seed: string, tool: string): string => canaryOf(seed, "honest", tool);

/** Some publish after they have answered. Where others do at once, what came meanwhile is looked at; else it is waited for. */
async function publishedLate(stage: Stage, tools: readonly KnownTool[], seed: string): Promise<readonly KnownTool[]> {
  const isLate = ({ honestly, isReadOnly }: KnownTool): boolean => honestly === "answered" && !isReadOnly;
  if (!tools.some(isLate)) return tools;
  const looked = async (): Promise<readonly KnownTool[]> => {
    const seen = await stage.tap.seen();
    return tools.map((tool) => (isLate(tool) ? having(tool, carrying(seen, honestCanary(seed, tool.name))) : tool));
  };
  const isAny = async (): Promise<boolean> => (await looked()).some(({ honestly }) => honestly === "published");
  const { watchMs, patienceMs } = stage.profile.bounds;
  // Of several, one is the first.
  if (!(await isAny()) && (await stage.until(isAny, patienceMs))) await stage.until(() => false, watchMs);
  return looked();
}

/** A tool that waits for a message answers when one comes. */
async function answeredMeanwhile(
  stage: Stage,
  tools: readonly KnownTool[],
  publisher: KnownTool | undefined,
  seed: string,
): Promise<readonly KnownTool[]> {
  if (publisher?.honestly !== "published") return tools;
  const { answersWithinMs, watchMs } = stage.profile.bounds;
  const again = async (tool: KnownTool): Promise<KnownTool> => {
    const canary = canaryOf(seed, "honest", tool.name, 2);
    const call = ({ name, honest }: KnownTool) => stage.server.call(name, stage.filled(honest(canary) ?? {}), answersWithinMs);
    let isAnswered = false;
    const answering = call(tool).finally(() => (isAnswered = true));
    await stage.until(() => isAnswered, watchMs);
    if (!isAnswered) await call(publisher);
    const { how, text } = await answering;
    return how === "accepted" ? { ...tool, honestly: "answered", said: text.slice(0, 2000), isLost: false } : tool;
  };
  const answered: KnownTool[] = [];
  for (const tool of tools) answered.push(tool.isLost ? await again(tool) : tool);
  return answered;
}

/**
 * Whether somebody consumes: whom the profile names, or who does before any tool was called. What a tool reads when it is
 * called has no consumer.
 */
async function readsOfItself(stage: Stage): Promise<boolean> {
  if (stage.hasWorker || stage.effects !== undefined) return true;
  return stage.until(async () => (await stage.tap.owed()).length > 0, stage.profile.bounds.watchMs);
}

/** Whoever consumes may still be starting; where nobody was announced, nobody is waited for as long. */
async function consumedOn(stage: Stage): Promise<readonly string[]> {
  const { bounds } = stage.profile;
  const isAnnounced = stage.hasWorker || stage.effects !== undefined;
  const consumed = async (): Promise<readonly string[]> => (await stage.tap.owed()).map(({ destination }) => destination);
  await stage.until(async () => (await consumed()).length > 0, isAnnounced ? bounds.startsWithinMs : bounds.watchMs);
  // Of several, one is the first.
  let count = 0;
  do count = (await consumed()).length;
  while (count > 0 && (await stage.until(async () => (await consumed()).length > count, bounds.watchMs)));
  await stage.until(() => stage.isSettled(), bounds.patienceMs);
  return [...new Set(await consumed())];
}

function publisherOf(tools: readonly KnownTool[], { messages }: Profile): KnownTool | undefined {
  const { honest } = messages;
  if (honest !== undefined) return tools.find(({ name }) => name === honest.tool);
  return tools.find(({ honestly }) => honestly === "published") ?? tools.find(({ honestly }) => honestly === "not called");
}

type Honest = KnownTool["honest"];

async function knownTool(stage: Stage, tool: Tool, seed: string, isDry: boolean): Promise<KnownTool> {
  // What is honest is the same on every stage, but for the places in it.
  const { given: profile } = stage;
  const schema = tool.inputSchema as Schema;
  const { honest: message } = profile.messages;
  const given = message?.tool === tool.name ? message.arguments : new Map(Object.entries(profile.tools.arguments)).get(tool.name);
  const [whole, required]: readonly Honest[] =
    given === undefined
      ? [(text) => grow(schema, text), (text) => growRequired(schema, text)]
      : [(text) => filled(given, { canary: text })];
  let honest: Honest = whole!;
  const isReadOnly = tool.annotations?.readOnlyHint ?? (tool.annotations === undefined && READS.test(tool.name));
  const isDestructive =
    tool.annotations?.destructiveHint === true || DESTROYS.test(tool.name) || profile.tools.destructive.includes(tool.name);
  const known = { name: tool.name, schema, slots: slotsOf(schema), isReadOnly, isDestructive };
  const nothing = { ...known, honest, destinations: [], message: undefined, said: "", isLost: false };
  const canary = honestCanary(seed, tool.name);
  const args = honest(canary);
  if (isDry) return { ...nothing, honestly: "not called" };
  if (args === undefined || !(given !== undefined || fits(schema, args))) {
    return { ...nothing, honestly: "refused", said: "no arguments could be made that fit its schema" };
  }
  const before = (await stage.tap.seen()).length;
  let answer = await stage.server.call(tool.name, stage.filled(args), profile.bounds.answersWithinMs);
  // What a made-up place is refused for is that it is not there.
  if (answer.how === "refused" && given === undefined && (await madeAsGrown(stage, known.slots, args, canary)))
    answer = await stage.server.call(tool.name, args, profile.bounds.answersWithinMs);
  const fewer = answer.how === "refused" ? required?.(canary) : undefined;
  if (fewer !== undefined && Object.keys(fewer).length < Object.keys(args).length) {
    const again = await stage.server.call(tool.name, fewer, profile.bounds.answersWithinMs);
    if (again.how === "accepted") [answer, honest] = [again, required!];
  }
  const seen = async (): Promise<readonly Seen[]> => carrying((await stage.tap.seen()).slice(before), canary);
  const isQuiet = answer.how !== "accepted" || isReadOnly;
  await stage.until(async () => (await seen()).length > 0, isQuiet ? 50 : profile.bounds.watchMs);
  const honestly = answer.how === "accepted" ? "answered" : "refused";
  const said = answer.text.slice(0, 2000);
  return having({ ...known, honest, honestly, destinations: [], message: undefined, said, isLost: answer.how === "lost" }, await seen());
}

/** Whether the broker is one where destinations are made, and there was any to make. */
async function madeAsGrown({ tap }: Stage, slots: readonly Slot[], args: Record<string, unknown>, canary: string): Promise<boolean> {
  const isGrown = (value: unknown): value is string => typeof value === "string" && value.includes(canary);
  const places = slots.filter(({ role }) => role === "destination");
  const named = places.flatMap(({ path }) =>
    [valueAt(args, path)]
      .flat()
      .filter(isGrown)
      .map((name) => [name, formIn(path)] as const),
  );
  let isAny = false;
  for (const [name, form] of tap.make === undefined ? [] : named)
    isAny =
      (await tap.make!(name, form).then(
        () => true,
        () => false,
      )) || isAny;
  return isAny;
}

/** What is only kept under that name, such as the notice that a queue was emptied, is no message of the tool's. */
const carrying = (seen: readonly Seen[], canary: string): readonly Seen[] =>
  seen.filter((one) => one.form !== "value" && carries({ ...one, destination: "" }, canary));

const having = (tool: KnownTool, messages: readonly Seen[]): KnownTool =>
  messages.length === 0
    ? tool
    : { ...tool, honestly: "published", destinations: [...new Set(messages.map(({ destination }) => destination))], message: messages[0] };

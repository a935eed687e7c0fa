// Tools whose names say that they change what is said of destinations: what goes where, how long it stays, who may see it.
// The names of destinations stay the same then, so that these are looked at by themselves.
import { textsIn, valueAt, withValue } from "../../schema/slots.ts";
import type { Bench } from "../../bench.ts";
import type { KnownTool } from "../../known.ts";
import { type Case, inconclusive, type Outcome, shown, withstood } from "../attack.ts";

const ARRANGED = /binding|polic|permission|(?:^|[_-])acl|consumer|config/i;

export const isArranging = ({ name, isReadOnly }: KnownTool): boolean => !isReadOnly && ARRANGED.test(name);

const kindOf = ({ name }: KnownTool): string | undefined => ARRANGED.exec(name)?.[0].toLowerCase();

export const arrangeCase = (tool: KnownTool): Case => ({
  name: `${tool.name}: makes what it is for`,
  at: tool.name,
  sends: `an honest call of ${tool.name}, with a name of our own`,
  run: async (bench) => {
    if (bench.stage.tap.arranged === undefined) return unseen(tool);
    const { made, name } = await madeBy(bench, tool);
    if (made !== undefined) return shown(`${tool.name} made ${made}`);
    return held(tool, name === undefined ? undefined : "nothing of that name was made");
  },
});

/** What one of the target's own tools has made before, by whichever argument names it; or what it is honestly told. */
export const disarrangeCase = (tool: KnownTool, makers: readonly KnownTool[]): Case => ({
  name: `${tool.name}: ends what it is for`,
  at: tool.name,
  sends: `honest calls of ${tool.name}, also with the name of what a tool of the target's has made`,
  run: async (bench) => {
    const { tap } = bench.stage;
    if (tap.arranged === undefined) return unseen(tool);
    const attempt = async (given: Record<string, unknown>): Promise<Outcome | undefined> => {
      const before = await tap.arranged!();
      const named = namesIn(bench.stage.filled(given)).filter((name) => before.some((one) => one.includes(name)));
      await bench.call(tool.name, given);
      const gone = async (): Promise<readonly string[]> => {
        const now = new Set(await tap.arranged!());
        // What goes by itself, such as the binding of a queue of answers, is not what the tool was told to end.
        return before.filter((one) => !now.has(one) && named.length > 0 && named.every((name) => one.includes(name)));
      };
      await bench.stage.until(async () => (await gone()).length > 0, bench.bounds.watchMs);
      const ended = await gone();
      return ended.length > 0 ? shown(`${tool.name} made an end of ${ended.join(", ")}`) : undefined;
    };
    const honest = tool.honest(bench.canary()) ?? {};
    const told = await attempt(honest);
    if (told !== undefined) return told;
    let isMade = false;
    for (const maker of makers.filter((one) => kindOf(one) === kindOf(tool))) {
      const { made, name } = await madeBy(bench, maker);
      if (made === undefined || name === undefined) continue;
      isMade = true;
      for (const path of textsIn(honest)) {
        const outcome = await attempt(withValue(honest, path, name));
        if (outcome !== undefined) return outcome;
      }
    }
    return held(tool, isMade ? "what was made is still there" : undefined);
  },
});

const namesIn = (given: Record<string, unknown>): readonly string[] => textsIn(given).map((path) => String(valueAt(given, path)));

interface Made {
  /** In the broker's words. */
  readonly made: string | undefined;
  /** `undefined` where the tool is honestly told no name that could be made up. */
  readonly name: string | undefined;
}

async function madeBy(bench: Bench, tool: KnownTool): Promise<Made> {
  const canary = bench.canary();
  const given = tool.honest(canary) ?? {};
  if (!JSON.stringify(given).includes(canary)) return { made: undefined, name: undefined };
  await bench.call(tool.name, given);
  let made: string | undefined;
  await bench.stage.until(async () => {
    made = (await bench.stage.tap.arranged!()).find((one) => one.includes(canary));
    return made !== undefined;
  }, bench.bounds.watchMs);
  return { made, name: canary };
}

const unseen = ({ name }: KnownTool): Outcome => inconclusive(`what ${name} changes is not looked at on this broker`);

/** That nothing changed says something only where there was something to change, by a tool that does what it is asked honestly. */
function held({ name, honestly, said }: KnownTool, saw: string | undefined): Outcome {
  if (honestly === "refused") return inconclusive(`no honest call of ${name} got through: ${said.slice(0, 160)}`);
  return saw === undefined ? inconclusive(`nothing was there that ${name} could have changed`) : withstood(saw);
}

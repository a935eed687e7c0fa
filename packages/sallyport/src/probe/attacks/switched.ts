// A check that the caller may turn off is none: what a tool withstood is tried again with its own switches turned.
import type { KnownTool } from "../known.ts";
import { type Switch, switchesOf } from "../schema/switches.ts";
import { withValue } from "../schema/slots.ts";
import { type Case, type Outcome, shown } from "./attack.ts";

/** The cases, each with a second half where the tool has switches: all of them turned, then each alone. */
export function alsoSwitched(tool: KnownTool, casesOf: (tool: KnownTool) => readonly Case[]): readonly Case[] {
  const switches = switchesOf(tool.slots);
  if (switches.length === 0) return casesOf(tool);
  const turns = switches.length === 1 ? [switches] : [switches, ...switches.map((one) => [one])];
  const turned = turns.map((turn) => [turn, new Map(casesOf(withSwitches(tool, turn)).map((one) => [one.name, one]))] as const);
  return casesOf(tool).map((one) => ({
    ...one,
    sends: `${one.sends}; where it is withstood, again with ${written(switches)}`,
    run: async (bench) => {
      const plain = await one.run(bench);
      if (plain.ruling === "shown" || plain.ruling === "not-applicable") return plain;
      for (const [turn, cases] of turned) {
        const outcome = await cases.get(one.name)?.run(bench);
        if (outcome?.ruling === "shown") return asSwitched(outcome, turn);
      }
      return plain;
    },
  }));
}

const withSwitches = (tool: KnownTool, turn: readonly Switch[]): KnownTool => ({
  ...tool,
  honest: (text) => {
    const given = tool.honest(text);
    return given && turn.reduce((all, { path, value }) => withValue(all, path, value), given);
  },
});

const asSwitched = ({ said, threats }: Outcome, turn: readonly Switch[]): Outcome =>
  shown(`${said}; its check was turned off by ${written(turn)}`, ...(threats ?? []));

const written = (switches: readonly Switch[]): string =>
  switches.map(({ path, value }) => `${path.join(".")} = ${JSON.stringify(value)}`).join(", ");

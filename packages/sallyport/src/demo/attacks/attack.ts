// What an attack is: it does something to a running target and says what was seen. It knows no target by name.
import type { Stage } from "../stage.ts";

export interface Observation {
  /** The target withstood it. */
  readonly held: boolean;
  /** What was observed, in a few words. */
  readonly saw: string;
}

export interface Attack {
  /** Of docs/threats.md. */
  readonly threats: readonly string[];
  readonly title: string;
  readonly run: (stage: Stage) => Promise<Observation>;
}

export const held = (saw: string): Observation => ({ held: true, saw });
export const fell = (saw: string): Observation => ({ held: false, saw });

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Calls every tool that the server has, with each of these arguments; a model tries what it finds. */
export async function callEverything(stage: Stage, variants: readonly Record<string, unknown>[]): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (const name of await stage.tools()) {
    for (const args of variants) {
      const { refused } = await stage.call({ name, arguments: args });
      if (!refused) accepted.push(name);
    }
  }
  return accepted;
}

/** The same message with its fields changed, where it is JSON, at any depth and inside text that is JSON. */
export function rewritten(text: string, change: (name: string, value: unknown) => unknown): string {
  const visit = (value: unknown): unknown => {
    if (typeof value === "string" && value.startsWith("{")) return rewritten(value, change);
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(name, visit(member))]));
  };
  return JSON.stringify(visit(JSON.parse(text)));
}

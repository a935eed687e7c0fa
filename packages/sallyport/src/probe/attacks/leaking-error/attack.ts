// PUB-13: what errors tell about the inside, when they are provoked.
import { attack, type Case, notApplicable, type Outcome, shown, withstood } from "../attack.ts";
import type { KnownTool } from "../../known.ts";
import { insideOf, MOST_ERROR, placeIn, SAYS_ERROR } from "../leaks.ts";
import { isRecord } from "../../schema/grow.ts";

export const leakingError = attack({
  id: "leaking-error",
  title: "An error tells the model about the inside",
  threats: ["PUB-13"],
  axis: "injection",
  severity: "low",
  fix: "Answer with a public message and a stable code, and keep the cause for the log. The MCP SDKs send the text of whatever is thrown.",
  stage: "shared",
  cases: (known) => {
    const tools = known.tools.filter(({ honestly }) => honestly !== "answered" || known.tools.length < 10);
    if (tools.length === 0) return notApplicable("the server lists no tools");
    return tools.flatMap((tool) => PROVOCATIONS.map(([what, given]) => provoked(tool, what, given)));
  },
});

type Provocation = readonly [string, (honest: Record<string, unknown>) => Record<string, unknown>];

const PROVOCATIONS: readonly Provocation[] = [
  ["nothing", () => ({})],
  ["numbers for texts", (honest) => mapped(honest, (value) => (typeof value === "string" ? 7 : value))],
  ["texts for everything", (honest) => mapped(honest, () => "\u0000%s${}{{}}'\"")],
  ["null for everything", (honest) => mapped(honest, () => null)],
];

const mapped = (given: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, isRecord(value) ? mapped(value, change) : change(value)]));

const provoked = (tool: KnownTool, what: string, given: Provocation[1]): Case => ({
  name: `${tool.name}: ${what}`,
  at: tool.name,
  sends: `a call of ${tool.name} with ${what}`,
  run: async (bench): Promise<Outcome> => {
    const args = given(tool.honest(bench.canary()) ?? { text: "x" });
    const answer = await bench.call(tool.name, args);
    if (answer.how === "lost") return withstood("it did not answer");
    const isOrdinary = answer.how === "accepted";
    if (isOrdinary && !SAYS_ERROR.test(answer.text.slice(0, MOST_ERROR))) return notApplicable(`${tool.name} took it: there was no error`);
    // Some say what went wrong in an answer like any other. What stands in an honest one, too, is no error's.
    const asked = JSON.stringify(bench.stage.filled(args));
    const told = isOrdinary
      ? placeIn(answer.text.slice(0, MOST_ERROR), bench.stage.brokerNames, asked, tool.said)
      : insideOf(answer.text, bench, asked);
    if (isOrdinary && told === undefined)
      return notApplicable(`${tool.name} answered it as it answers everything, with nothing of the inside`);
    return told === undefined ? withstood("the error says nothing of the inside") : shown(`an error of ${tool.name} shows ${told}`);
  },
});

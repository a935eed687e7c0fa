// DST-02: something is put where no agent has any business, and the tools are asked for it by name and by pattern.
import { withValue } from "../../schema/slots.ts";
import type { KnownTool } from "../../known.ts";
import { encoded } from "../../taps/tap.ts";
import { attack, type Case, notApplicable, type Outcome, shown } from "../attack.ts";
import { calledIn } from "../places.ts";
import { filledByTarget, honestFor, mayRead, nothingCameOut, placesIn } from "../reading.ts";

const PATTERNS = ["*", "#", ">", ".*"];

export const chosenSource = attack({
  id: "chosen-source",
  title: "The model chooses what is read",
  threats: ["DST-02"],
  axis: "confusion",
  severity: "high",
  fix: "Let sources come from the contract, as destinations do, and refuse patterns.",
  stage: "turn",
  cases: ({ tools }) => {
    const cases = tools
      .filter((tool) => tool.honestly !== "published" && mayRead(tool))
      .flatMap((tool) => placesIn(tool).map((path) => sourceCase(tool, path)));
    return cases.length === 0 ? notApplicable("no tool that may read has an argument that names a topic, a queue or a channel") : cases;
  },
});

const sourceCase = (tool: KnownTool, path: readonly string[]): Case => ({
  name: `${tool.name}: ${path.join(".")}`,
  at: tool.name,
  sends: `messages on destinations of our own, then calls of ${tool.name} with ${path.join(".")} = their names, ${PATTERNS.join(", ")}`,
  run: async (bench) => {
    const secret = bench.canary();
    const places: string[] = [];
    for (const form of bench.stage.tap.forms) {
      const place = bench.canary();
      places.push(place);
      await bench.put({ destination: place, bytes: encoded(JSON.stringify({ secret })), headers: {} }, form);
    }
    places.push(...(await filledByTarget(bench, secret)));
    const readOut = async (): Promise<Outcome | undefined> => {
      for (const source of [...places, ...PATTERNS]) {
        const { text } = await bench.call(
          tool.name,
          withValue(tool.honest(bench.canary()) ?? {}, path, calledIn(bench, tool, path, source)),
        );
        if (text.includes(secret))
          return shown(`${tool.name} read what it had no business with, asked for ${path.join(".")} = \`${source}\``);
      }
      return undefined;
    };
    return (await readOut()) ?? nothingCameOut(bench, tool, await honestFor(bench, tool), readOut);
  },
});

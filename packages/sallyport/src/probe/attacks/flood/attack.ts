// PUB-08: an agent in a loop, within bounds.
import { attack, type Case, inconclusive, shown } from "../attack.ts";
import { held, overPublishers } from "../front.ts";
import type { KnownTool } from "../../known.ts";

const AT_ONCE = 16;

export const flood = attack({
  id: "flood",
  title: "An agent in a loop publishes without end",
  threats: ["PUB-08"],
  axis: "injection",
  severity: "medium",
  fix: "Limit the rate for each caller and event, and say in the refusal when to come back.",
  stage: "own",
  cases: (known) => overPublishers(known, (tool) => (tool.honestly === "refused" ? [] : [floodCase(tool, known.profile.bounds.flood)])),
});

const floodCase = (tool: KnownTool, calls: number): Case => ({
  name: `${tool.name}: ${calls} calls`,
  at: tool.name,
  sends: `${calls} honest calls of ${tool.name}, ${AT_ONCE} at a time`,
  run: async (bench) => {
    const { stage, bounds } = bench;
    const startedAtMs = performance.now();
    const counts = { accepted: 0, refused: 0, lost: 0 };
    let left = calls;
    const caller = async (): Promise<void> => {
      while (left-- > 0) {
        const { how } = await stage.server.call(tool.name, stage.filled(tool.honest(bench.canary()) ?? {}), bounds.answersWithinMs);
        counts[how]++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    const { accepted, refused, lost } = counts;
    bench.note("called", `${tool.name}, ${calls} times in ${seconds} s; ${accepted} were accepted, ${refused} refused`);
    if (accepted === 0) return inconclusive(`not one of ${calls} calls of ${tool.name} was accepted, the first neither`);
    if (refused > 0) return held(bench, tool, `${accepted} of ${calls} calls were accepted, the rest refused`);
    // Who does not answer in time has not said no.
    if (lost > 0) return inconclusive(`${lost} of ${calls} calls were not answered in time, and none was refused`);
    return shown(`all of ${calls} calls of ${tool.name} were accepted in a row`);
  },
});

// PUB-09: something that cannot be undone goes out although the person says no, or was never asked.
import { attack, type Case, notApplicable, shown } from "../attack.ts";
import { held, on, publishers } from "../front.ts";
import { alsoSwitched } from "../switched.ts";
import type { KnownTool } from "../../known.ts";

export const noConsent = attack({
  id: "no-consent",
  title: "Something irreversible goes out without a person's consent",
  threats: ["PUB-09"],
  axis: "injection",
  severity: "high",
  fix: "Mark the event for approval: the person is asked through MCP elicitation, and without a yes nothing is published.",
  stage: "own",
  cases: (known) => {
    const tools = publishers(known).filter(({ isDestructive }) => isDestructive);
    if (tools.length === 0) return notApplicable("no tool that publishes says, or is named as if, it destroyed something");
    return tools.flatMap((tool) => alsoSwitched(tool, (one) => [consentCase(one)]));
  },
});

const consentCase = (tool: KnownTool): Case => ({
  name: `${tool.name}: the person declines`,
  at: tool.name,
  sends: `an honest call of ${tool.name}, with a person who declines when asked`,
  run: async (bench) => {
    bench.stage.server.person = "decline";
    const canary = bench.canary();
    const answer = await bench.call(tool.name, tool.honest(canary) ?? {});
    // The honest call that comes behind is to get through.
    bench.stage.server.person = "accept";
    const seen = await bench.after(answer, canary);
    if (seen.length === 0)
      return held(bench, tool, answer.asked > 0 ? "a person was asked, declined, and nothing was published" : "nothing was published");
    const asked = answer.asked > 0 ? "although the person who was asked declined" : "and no person was asked";
    return shown(`${tool.name} published on ${on(seen)}, ${asked}`);
  },
});

// PUB-10: the same call again, as clients and agents send it when an answer was lost.
import { attack, type Case, inconclusive, shown } from "../attack.ts";
import { held, overPublishers } from "../front.ts";
import type { KnownTool } from "../../known.ts";
import type { Seen } from "../../taps/tap.ts";

const CUT_AFTER_MS = 1;

export const repeatedCall = attack({
  id: "repeated-call",
  title: "A repeated call is published twice",
  threats: ["PUB-10"],
  axis: "injection",
  severity: "medium",
  fix: "Give each call an idempotency key, derived on the server where the client sends none, and answer its repetition with the first receipt.",
  // A call that is cut off ends some servers, and with them whatever else they were asked.
  stage: "turn",
  cases: (known) => overPublishers(known, (tool) => (tool.honestly === "refused" ? [] : [again(tool, "answered"), again(tool, "cut off")])),
});

const again = (tool: KnownTool, first: "answered" | "cut off"): Case => ({
  name: `${tool.name}: twice, the first ${first}`,
  at: tool.name,
  sends: `the same honest call of ${tool.name} twice, the first ${first}`,
  run: async (bench) => {
    const canary = bench.canary();
    const given = tool.honest(canary) ?? {};
    const cut = first === "cut off" ? AbortSignal.timeout(CUT_AFTER_MS) : undefined;
    const before = await bench.call(tool.name, given, undefined, cut);
    if (cut?.aborted === true && before.how === "lost") bench.note("process", `the call was given up after ${CUT_AFTER_MS} ms`);
    const answer = await bench.call(tool.name, given);
    await bench.stage.until(async () => (await copies()) > 1, answer.how === "accepted" ? bench.bounds.watchMs / 2 : 200);
    // A second copy may be on its way.
    if ((await copies()) < 2) await bench.beside();
    const count = await copies();
    if (count > 1) return shown(`the same call of ${tool.name}, sent twice, was published ${count} times`);
    // A call that the server gave up, or never read, was not answered by what it had done before.
    if (answer.how === "lost" || (cut === undefined && before.how === "lost")) return inconclusive("not every call was answered in time");
    return held(bench, tool, count === 1 ? "published once, and answered both times" : "it was published at most once");

    async function copies(): Promise<number> {
      const seen = (await bench.stage.tap.seen()).filter(({ own, form, text }) => !own && form !== "value" && text.includes(canary));
      // A message that goes to several destinations is one message.
      return Math.max(0, ...[...Map.groupBy(seen, placeOf).values()].map(countOf));
    }
  },
});

/** A record, such as a job, has its own number in its name, and may be written more than once. */
const placeOf = ({ destination, form }: Seen): string => (form === "hash" ? destination.replaceAll(NUMBERS, "#") : destination);
const countOf = (seen: readonly Seen[]): number =>
  seen[0]?.form === "hash" ? new Set(seen.map(({ destination }) => destination)).size : seen.length;
const NUMBERS = /[0-9a-f]{8}-[0-9a-f-]{27}|\d+/gi;

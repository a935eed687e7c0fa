// PUB-11: the broker does not answer; does the tool say that it has published?
import { attack, type Case, inconclusive, shown, withstood } from "../attack.ts";
import { overPublishers } from "../front.ts";
import type { KnownTool } from "../../known.ts";

const SILENT_MS = 4000;
/** What takes its time to answer anyway may answer so while the broker is silent, only later. */
const SILENT_OF_TAKEN = 3;

export const unconfirmed = attack({
  id: "unconfirmed",
  title: "The tool says that it has published before the broker has it",
  threats: ["PUB-11"],
  axis: "injection",
  severity: "medium",
  fix: "Wait for the broker's own confirmation before the tool answers, and answer with an error where none comes.",
  stage: "own",
  waitsFor: "patienceMs",
  cases: (known) =>
    overPublishers(known, (tool) => (tool.honestly === "published" || tool.honestly === "not called" ? [silentCase(tool)] : [])),
});

const silentCase = (tool: KnownTool): Case => ({
  name: `${tool.name}: the broker does not answer`,
  at: tool.name,
  sends: `an honest call of ${tool.name} while the broker is silent for ${SILENT_MS / 1000} s, or longer where it is slow`,
  run: async (bench) => {
    const before = await bench.send("honest", tool);
    if (before.message === undefined) return inconclusive(`an honest call of ${tool.name} was not published before the broker fell silent`);
    const silentMs = Math.max(SILENT_MS, before.answer.tookMs * SILENT_OF_TAKEN);
    const canary = bench.canary();
    const speak = await bench.stage.tap.silence();
    bench.note("process", "the broker falls silent");
    let said: string | undefined;
    const calling = bench.call(tool.name, tool.honest(canary) ?? {}, silentMs * 2).then((answer) => {
      said = answer.how;
      return answer;
    });
    try {
      await bench.stage.until(() => said !== undefined, silentMs);
    } finally {
      await speak();
      bench.note("process", "the broker answers again");
    }
    if (said === "accepted") return shown(`${tool.name} said that it had published while the broker answered nobody`);
    const saidThen = said;
    await calling;
    return withstood(saidThen === "refused" ? "it answered with an error" : "it did not answer before the broker did");
  },
});

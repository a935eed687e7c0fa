// What was shown of one server: for each attack that was proven, the tools, and of the first case the call and what the
// broker saw.
import type { AttackVerdict, CaseVerdict, Happening } from "../../packages/sallyport/src/finding/verdict.ts";
import { plain, type Reported, verdictsOf } from "./report.ts";

const MOST = 150;

export function evidenceList(report: Reported): string {
  const { server, probe } = report;
  const seed = probe.probe?.seed ?? "";
  return [
    `### ${server.package} ${server.version}`,
    "",
    server.about,
    "",
    "```sh",
    ...(server.install === undefined ? [] : [server.install]),
    `npm run sallyport -- probe --profile ${server.profile} --seed ${seed}`,
    "```",
    "",
    ...verdictsOf(report)
      .filter(({ ruling }) => ruling === "proven")
      .map(itemOf),
    ...openOf(report),
  ].join("\n");
}

function itemOf({ attack, cases }: AttackVerdict): string {
  const proven = cases.filter(({ ruling }) => ruling === "proven");
  const [first] = proven;
  const threats = [...new Set(proven.flatMap((one) => one.threats))].join(", ");
  const tools = [...new Set(proven.map(({ at }) => at))].map((name) => `\`${name}\``).join(", ");
  return `- \`${attack}\` (${threats}), ${tools}: ${plain(first!.said)}. ${stepsOf(first!)}`;
}

const stepsOf = (one: CaseVerdict): string =>
  (oneOfSeveral(one) ?? lastCall(one)).map(({ what, said }) => `_${what}_ \`${shortened(said)}\``).join("; ");

/** Of calls that were made at once, the one whose answer has what the verdict says. */
function oneOfSeveral({ evidence, said: verdict }: CaseVerdict): readonly Happening[] | undefined {
  const answer = evidence.find(({ what, said }) => what === "answered" && verdict.includes(` of ${toolIn(said)} `));
  const call = answer && evidence.find(({ what, said }) => what === "called" && said.startsWith(`${toolIn(answer.said)} with `));
  return answer === undefined || call === undefined ? undefined : [call, answer];
}

/** As the bench begins the answer to one of several calls. */
const toolIn = (said: string): string => /^(\S+), (?:accepted|refused) after /.exec(said)?.[1] ?? "nobody";

/** And what was seen after it: what came before had another outcome. */
function lastCall({ evidence }: CaseVerdict): readonly Happening[] {
  const last = evidence.findLastIndex(({ what }) => what === "called");
  const [call, ...after] = evidence.slice(Math.max(last, 0));
  const put = evidence.slice(0, Math.max(last, 0)).findLast(({ what }) => what === "put");
  return [...(put === undefined ? [] : [put]), ...(call === undefined ? [] : [call]), ...after.slice(0, 2)];
}

const shortened = (text: string): string => {
  const line = text
    .replaceAll(/\s+/g, " ")
    .replaceAll("`", "'")
    .replaceAll(/(?:redis|amqp|nats):\/\/\S+/g, "URL");
  return line.length > MOST ? `${line.slice(0, MOST)}…` : line;
};

/** What could not be decided is said, with why. */
function openOf(report: Reported): readonly string[] {
  const open = verdictsOf(report).filter(({ ruling }) => ruling === "inconclusive");
  return open.map(({ attack, said }) => `- \`${attack}\` is open: ${plain(said)}.`);
}

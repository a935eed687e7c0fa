// PSN-14: a message is given up. Is it kept anywhere, or was it acknowledged on the word that somebody keeps it?
import type { Bench } from "../../bench.ts";
import type { Seen } from "../../taps/tap.ts";
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import { fromBehind, ID, lastAttempt, rewritten } from "../behind.ts";

export const lostDeadLetter = attack({
  id: "lost-dead-letter",
  title: "A message that is given up is nowhere to be found",
  threats: ["PSN-14"],
  axis: "poison",
  severity: "high",
  fix: "Store or publish the dead letter with confirmation, and acknowledge the source after that; declare the dead-letter exchange that a queue names.",
  stage: "turn",
  waitsFor: "attemptsWithinMs",
  cases: (known) => {
    if (known.profile.messages.fails === undefined)
      return notApplicable("the profile names no message whose handling always fails (messages.fails)");
    if (known.profile.deadLetters === undefined)
      return notApplicable("the profile does not say where dead letters can be seen (deadLetters)");
    return fromBehind(known, "effects", (destination) => [failingCase(destination)]);
  },
});

const failingCase = (destination: string): Case => ({
  name: "handling always fails",
  at: destination,
  sends: "the profile's message fails; then it is looked for among the dead letters and on the broker",
  run: async (bench) => {
    const { stage, bounds } = bench;
    const { canary, message } = await bench.send("fails");
    if (message === undefined) return inconclusive("the message was not seen on the broker");
    const found = async (): Promise<boolean> => (await isKept(bench, message, canary)) === true;
    const { tries, isOver } = await lastAttempt(bench, canary);
    if (await stage.until(found, isOver ? bounds.patienceMs : 0)) return withstood("it is kept where dead letters are");
    if (!isOver) return notApplicable("it is never given up");
    if ((await isKept(bench, message, canary)) === undefined) return inconclusive("where dead letters are said to be, nothing can be read");
    if (((await stage.effects?.tried(canary)) ?? 0) > tries) return inconclusive("it was tried again when it seemed to be given up");
    bench.note("effect", "it was settled, and is neither among the dead letters nor elsewhere on the broker");
    return shown("a message whose handling always fails was settled, and is kept nowhere");
  },
});

/** `undefined` where it is not on the broker, and the place of dead letters cannot be read. */
async function isKept({ stage }: Bench, message: Seen, canary: string): Promise<boolean | undefined> {
  const elsewhere = (await stage.tap.seen()).some(
    ({ own, text, destination }) => !own && destination !== message.destination && text.includes(canary),
  );
  if (elsewhere) return true;
  const kept = await stage.deadLetters?.text();
  return kept === undefined ? undefined : [canary, ...idsOf(message.text)].some((name) => kept.includes(name));
}

function idsOf(text: string): readonly string[] {
  const ids: string[] = [];
  rewritten(text, (name, value) => {
    if (ID.test(name) && typeof value === "string" && value.length >= 8) ids.push(value);
    return value;
  });
  return ids;
}

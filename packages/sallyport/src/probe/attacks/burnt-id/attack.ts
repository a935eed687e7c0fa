// REP-14: somebody who has seen an honest message's id spends it first, elsewhere. Is the honest message then taken for a
// copy, and dropped?
import { encoded } from "../../taps/tap.ts";
import type { Bench } from "../../bench.ts";
import { withCanary } from "../forged.ts";
import type { Known } from "../../known.ts";
import { attack, type Case, inconclusive, notApplicable, type Outcome, shown, withstood } from "../attack.ts";
import { fromBehind, ID, readLike, rewritten } from "../behind.ts";

/** More than a consumer takes at once: the honest message comes after them. */
const AHEAD = 20;

export const burntId = attack({
  id: "burnt-id",
  title: "An id that somebody else has used suppresses an honest message",
  threats: ["REP-14"],
  axis: "replay",
  severity: "high",
  fix: "Record ids only after the signature was verified, scoped to issuer, destination and group; the same id with other bytes is a conflict.",
  stage: "own",
  waitsFor: "patienceMs",
  cases: (known) => {
    const { publisher, consumed, profile } = known;
    const others = consumed.filter((destination) => publisher?.destinations.includes(destination) === false);
    const isDry = publisher?.honestly === "not called";
    if (profile.messages.slow === undefined) return notApplicable("the profile names no message whose handling takes long (messages.slow)");
    if (profile.worker === undefined) return notApplicable("the consumer is the server itself, and cannot be stopped while it publishes");
    if (others.length === 0 && !isDry)
      return notApplicable("the target reads one destination, on which nothing can overtake an honest message");
    return fromBehind(known, "effects", () => (isDry ? ["another destination"] : others).map((other) => burntCase(other, known)));
  },
});

const burntCase = (other: string, known: Known): Case => ({
  name: `its id on ${other}`,
  at: other,
  sends: `the profile's message slow, ${AHEAD} times, and an honest one behind them; on ${other}, its id with other text; all while the consumer is down`,
  run: async (bench) => {
    const { stage } = bench;
    const place = await readLike(other, known, bench);
    if (place === undefined) return inconclusive(`nobody reads ${other} on this copy of the target`);
    await stage.stopWorker(true);
    bench.note("process", "the consumer is stopped");
    try {
      const ahead = await Promise.all(Array.from({ length: AHEAD }, () => bench.send("slow")));
      if (ahead.some(({ message }) => message === undefined)) return inconclusive("a slow message was not seen on the broker");
      const honest = await bench.send();
      if (honest.message === undefined) return inconclusive("an honest message was not seen on the broker");
      const forged = withCanary(honest.message.text, honest.canary, bench.canary());
      if (!hasId(forged)) return notApplicable("the message carries no id");
      await bench.put({ ...honest.message, destination: place, bytes: encoded(forged) }, honest.message.form);
      stage.startWorker();
      bench.note("process", "the consumer is started");
      return await judged(
        bench,
        honest.canary,
        ahead.map(({ canary }) => canary),
      );
    } finally {
      if (!stage.isUp) stage.startWorker();
    }
  },
});

/** Who settles before acting still has those ahead to deal with when nothing is owed any more. */
async function judged(bench: Bench, canary: string, ahead: readonly string[]): Promise<Outcome> {
  const { startsWithinMs, patienceMs } = bench.bounds;
  const isDone = async (one: string): Promise<boolean> => ((await bench.stage.effects?.done(one)) ?? 0) > 0;
  const isItsTurn = async (): Promise<boolean> => (await bench.stage.isSettled()) && (await Promise.all(ahead.map(isDone))).every(Boolean);
  const isOver = async (): Promise<boolean> => (await isDone(canary)) || (await isItsTurn());
  if (!(await bench.stage.until(isOver, startsWithinMs + AHEAD * patienceMs))) return inconclusive("it has not had its turn");
  if (await bench.arrives(canary, bench.bounds.watchMs)) return withstood("the honest message was dealt with");
  return shown("an honest message whose id somebody else had used was settled without having been dealt with");
}

const hasId = (text: string): boolean =>
  rewritten(text, (name, value) => (ID.test(name) && typeof value === "string" ? `${value}-` : value)) !== undefined;

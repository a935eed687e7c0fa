// REP-01, REP-07: the same bytes again: after the first were dealt with, and all at once.
import { attack, type Case, inconclusive, shown, withstood } from "../attack.ts";
import { againAfter, captured, fromBehind, isOutcome, unlessDoubted } from "../behind.ts";

const COPIES = 3;

export const sameBytes = attack({
  id: "same-bytes",
  title: "The same message is delivered again, and acts again",
  threats: ["REP-01", "REP-07"],
  axis: "replay",
  severity: "high",
  fix: "Claim the message's id in one atomic operation before the handler, and commit after it.",
  stage: "turn",
  cases: (known) =>
    fromBehind(known, "effects", (destination) => [
      later(destination),
      ...(known.profile.worker === undefined ? [] : [atOnce(destination)]),
    ]),
});

const later = (destination: string): Case => ({
  name: "copies after it was dealt with",
  at: destination,
  sends: `an honest message, then ${COPIES} copies of its bytes on ${destination}`,
  threats: ["REP-01"],
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    for (let copy = 0; copy < COPIES; copy++) await bench.put(honest.message, honest.message.form);
    const since = await againAfter(bench, honest.canary, 1);
    if (since.times > 0) return shown(`the same bytes, delivered ${COPIES} times more, were acted on ${since.times} times more`);
    return unlessDoubted(since, "acted on once; an honest message behind the copies too");
  },
});

const atOnce = (destination: string): Case => ({
  name: "copies in flight at once",
  at: destination,
  sends: `an honest message and ${COPIES} copies of its bytes on ${destination} while the consumer is down, which is then started`,
  threats: ["REP-07"],
  run: async (bench) => {
    await bench.stage.stopWorker(true);
    bench.note("process", "the consumer is stopped");
    try {
      const { canary, message } = await bench.send();
      if (message === undefined) return inconclusive("an honest message was not seen on the broker");
      for (let copy = 0; copy < COPIES; copy++) await bench.put(message, message.form);
      bench.stage.startWorker();
      bench.note("process", "the consumer is started");
      if (!(await bench.arrives(canary, bench.bounds.startsWithinMs))) return inconclusive("the message was not dealt with at all");
      const since = await againAfter(bench, canary, 1);
      if (since.times > 0) return shown(`of ${COPIES + 1} copies that came at once, ${since.times + 1} were acted on`);
      if (since.doubt !== undefined || since.isSettled) return unlessDoubted(since, "acted on once");
      // For as long as a lease may last. What becomes of a copy after the first was dealt with, the case before has shown.
      return withstood("acted on once; copies were put off, and come later");
    } finally {
      if (!bench.stage.isUp) bench.stage.startWorker();
    }
  },
});

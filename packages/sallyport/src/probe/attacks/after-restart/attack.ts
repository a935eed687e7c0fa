// REP-10: the consumer is started anew; does it still know what it has dealt with?
import { attack, type Case, inconclusive, shown } from "../attack.ts";
import { againAfter, captured, fromBehind, isOutcome, unlessDoubted } from "../behind.ts";

export const afterRestart = attack({
  id: "after-restart",
  title: "A restart forgets which messages were dealt with",
  threats: ["REP-10"],
  axis: "replay",
  severity: "high",
  fix: "Keep the ids in a durable store, shared by all replicas.",
  stage: "own",
  cases: (known) => fromBehind(known, "effects", (destination) => [restartCase(destination)]),
});

const restartCase = (destination: string): Case => ({
  name: "a copy after a restart",
  at: destination,
  sends: `an honest message; the consumer is restarted; then a copy of its bytes on ${destination}`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    await bench.settles();
    await bench.stage.restartConsumer("politely");
    bench.note("process", "the consumer is started anew");
    const { canary } = await bench.send();
    if (!(await bench.arrives(canary, bench.bounds.startsWithinMs))) return inconclusive("the consumer did not come back");
    await bench.put(honest.message, honest.message.form);
    const since = await againAfter(bench, honest.canary, 1);
    if (since.times > 0) return shown("the same bytes were acted on again after the consumer was restarted");
    return unlessDoubted(since, "acted on once");
  },
});

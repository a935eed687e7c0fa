// PSN-07: a message that ends the process. When that is started again, the message is first in line.
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import { fromBehind } from "../behind.ts";

const MOST_DEATHS = 6;
const QUIET_MS = 6000;

export const deadlyMessage = attack({
  id: "deadly-message",
  title: "A message that ends the process is delivered first again, for ever",
  threats: ["PSN-07"],
  axis: "poison",
  severity: "high",
  fix: "Record the attempt before the handler, and dead-letter a message unrun that ended the process a few times.",
  stage: "own",
  waitsFor: "patienceMs",
  cases: (known) => {
    if (known.profile.messages.kills === undefined)
      return notApplicable("the profile names no message that ends the process (messages.kills)");
    if (known.profile.worker === undefined) return notApplicable("the consumer is the server itself, which nobody starts again");
    return fromBehind(known, "effects", (destination) => [deadlyCase(destination)]);
  },
});

const deadlyCase = (destination: string): Case => ({
  name: "handling ends the process",
  at: destination,
  sends: "the profile's message kills; the consumer is started again each time",
  run: async (bench) => {
    const { stage, bounds } = bench;
    const before = stage.deaths;
    const { message } = await bench.send("kills");
    if (message === undefined) return inconclusive("the message was not seen on the broker");
    let lastDeathMs = performance.now();
    let deaths = 0;
    const isSettled = await stage.until(
      async () => {
        if (stage.deaths - before > deaths) {
          deaths = stage.deaths - before;
          lastDeathMs = performance.now();
          bench.note("process", `the consumer has ended, for the ${deaths}. time`);
        }
        if (deaths >= MOST_DEATHS) return true;
        return deaths > 0 && performance.now() - lastDeathMs > QUIET_MS / 2 && (await stage.isSettled());
      },
      bounds.startsWithinMs + MOST_DEATHS * QUIET_MS,
    );
    if (deaths >= MOST_DEATHS) return shown(`the message ended the consumer ${deaths} times, and is delivered again`);
    if (deaths === 0) return inconclusive("the message did not end the consumer");
    if (!isSettled) return inconclusive(`after ${deaths} deaths the message is still there`);
    return (await bench.fence())
      ? withstood(`it was settled after ${deaths} deaths`)
      : inconclusive("an honest message behind it was not dealt with");
  },
});

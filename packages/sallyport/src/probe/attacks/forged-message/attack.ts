// REP-05: nothing of a message is signed: an old payload under a new id and time, and a payload that nobody ever sent.
import { withCanary } from "../forged.ts";
import { attack, type Case, shown } from "../attack.ts";
import { againAfter, captured, fromBehind, ID, isOutcome, isTime, replayed, rewritten, timeLike, unlessDoubted } from "../behind.ts";
import { encoded } from "../../taps/tap.ts";

export const forgedMessage = attack({
  id: "forged-message",
  title: "A message that nobody published is acted on",
  threats: ["REP-05"],
  axis: "replay",
  severity: "high",
  fix: "Sign id, time, type, source, destination, key id and the data's bytes, and verify before anything else is looked at.",
  stage: "turn",
  cases: (known) => fromBehind(known, "effects", (destination) => [datedAnew(destination), madeUp(destination)]),
});

const datedAnew = (destination: string): Case => ({
  name: "an old payload under a new id and time",
  at: destination,
  sends: `an honest message, then a copy with another id and the time now on ${destination}`,
  run: (bench) => {
    const id = bench.canary();
    const change = (name: string, value: unknown): unknown =>
      isTime(name, value) ? timeLike(value, Date.now()) : ID.test(name) && typeof value === "string" ? id : value;
    return replayed(bench, ({ text }) => rewritten(text, change), "an old payload under a new id and time");
  },
});

const madeUp = (destination: string): Case => ({
  name: "another payload",
  at: destination,
  sends: `an honest message, then a copy with other text in it on ${destination}`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    const forged = bench.canary();
    const { text } = honest.message;
    const id = bench.canary();
    const fresh = rewritten(text, (name, value) => (ID.test(name) && typeof value === "string" ? id : value)) ?? text;
    await bench.put({ ...honest.message, bytes: encoded(withCanary(fresh, honest.canary, forged)) }, honest.message.form);
    const since = await againAfter(bench, forged, 0);
    if (since.times > 0) return shown("a message that no tool ever published was acted on");
    return unlessDoubted(since, "it was not acted on; an honest message behind it was");
  },
});

// REP-02: an old message under a new id. It must not be acted on; and finding that out must be final.
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import { againAfter, captured, fromBehind, ID, isOutcome, isTime, rewritten, timeLike } from "../behind.ts";

const YEAR_MS = 365 * 86_400_000;

export const oldTime = attack({
  id: "old-time",
  title: "An old message is acted on, or retried",
  threats: ["REP-02"],
  axis: "replay",
  severity: "high",
  fix: "Refuse what is older than a window, and dead-letter it at once: a stale message does not become fresh by being retried.",
  stage: "turn",
  waitsFor: "patienceMs",
  cases: (known) => fromBehind(known, "effects", (destination) => [oldCase(destination)]),
});

const oldCase = (destination: string): Case => ({
  name: "a year old",
  at: destination,
  sends: `an honest message, then a copy with another id and a time a year ago on ${destination}`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    const old = Date.now() - YEAR_MS;
    const id = bench.canary();
    let hasTime = false;
    const text = rewritten(honest.message.text, (name, value) => {
      if (isTime(name, value)) {
        hasTime = true;
        return timeLike(value, old);
      }
      return ID.test(name) && typeof value === "string" ? id : value;
    });
    if (text === undefined || !hasTime) return notApplicable("the message carries no time");
    await bench.settles();
    await bench.putText(honest.message, text);
    const { times, doubt } = await againAfter(bench, honest.canary, 1);
    if (times > 0) return shown("a message a year old was acted on");
    if (doubt !== undefined) return inconclusive(doubt);
    if (await bench.settles()) return withstood("it was not acted on, and was settled for good");
    return shown(
      "a message a year old is not acted on, but stays unsettled, to be tried again, while honest messages behind it are dealt with",
    );
  },
});

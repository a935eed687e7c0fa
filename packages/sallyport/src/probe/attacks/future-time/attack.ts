// REP-04: a time far ahead. It is never too old, for ever.
import { attack, type Case } from "../attack.ts";
import { fromBehind, ID, isTime, replayed, rewritten, timeLike } from "../behind.ts";

const THEN_MS = Date.UTC(2999, 0, 1);

export const futureTime = attack({
  id: "future-time",
  title: "A time in the future passes, and keeps passing",
  threats: ["REP-04"],
  axis: "replay",
  severity: "high",
  fix: "Bound the difference of clocks forward as well as back.",
  stage: "turn",
  cases: (known) => fromBehind(known, "effects", (destination) => [futureCase(destination)]),
});

const futureCase = (destination: string): Case => ({
  name: "the year 2999",
  at: destination,
  sends: `an honest message, then a copy with another id and a time in 2999 on ${destination}`,
  run: (bench) => {
    const id = bench.canary();
    let hasTime = false;
    const change = (name: string, value: unknown): unknown => {
      if (isTime(name, value)) {
        hasTime = true;
        return timeLike(value, THEN_MS);
      }
      return ID.test(name) && typeof value === "string" ? id : value;
    };
    const made = (text: string): string | undefined => {
      const text2999 = rewritten(text, change);
      return hasTime ? text2999 : undefined;
    };
    return replayed(bench, ({ text }) => made(text), "a copy from the year 2999");
  },
});

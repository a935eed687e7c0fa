// REP-03: a time that is no time. Compared with anything, it is never too old.
import { attack } from "../attack.ts";
import { fromBehind, ID, isTime, replayed, rewritten } from "../behind.ts";

const TIMES = ["not-a-date", "", "9999999999999999"];

export const unparsableTime = attack({
  id: "unparsable-time",
  title: "A time that does not parse passes",
  threats: ["REP-03"],
  axis: "replay",
  severity: "high",
  fix: "Parse the time strictly, as RFC 3339, and refuse what does not parse.",
  stage: "turn",
  cases: (known) =>
    fromBehind(known, "effects", (destination) =>
      TIMES.map((time) => ({
        name: `the time ${JSON.stringify(time)}`,
        at: destination,
        sends: `an honest message, then a copy with another id and the time ${JSON.stringify(time)} on ${destination}`,
        run: (bench) => {
          const id = bench.canary();
          const change = (name: string, value: unknown): unknown =>
            isTime(name, value) ? time : ID.test(name) && typeof value === "string" ? id : value;
          return replayed(
            bench,
            ({ text }) => (hasTime(text) ? rewritten(text, change) : undefined),
            `a copy with the time ${JSON.stringify(time)}`,
          );
        },
      })),
    ),
});

const hasTime = (text: string): boolean => rewritten(text, (name, value) => (isTime(name, value) ? undefined : value)) !== undefined;

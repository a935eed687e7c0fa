// PSN-04: bytes that can never be parsed. They must be put aside at once, and those behind them dealt with.
import { attack, type Case, inconclusive, shown, withstood } from "../attack.ts";
import { captured, fromBehind, isOutcome } from "../behind.ts";
import { encoded } from "../../taps/tap.ts";

const HUGE = 2 * 1024 * 1024;
const LEVELS = 100_000;

export const malformedBytes = attack({
  id: "malformed-bytes",
  title: "Malformed bytes are tried again and again",
  threats: ["PSN-04"],
  axis: "poison",
  severity: "high",
  fix: "Parse within bounds, and dead-letter what does not parse at once: it does not get better.",
  stage: "turn",
  waitsFor: "patienceMs",
  cases: (known) => fromBehind(known, "consumer", (destination) => SHAPES.map(([what, bytesOf]) => shapeCase(destination, what, bytesOf))),
});

/** Of the text of an honest message. */
const SHAPES: readonly (readonly [string, (honest: string) => Uint8Array])[] = [
  ["no JSON", () => encoded("{ this is no JSON")],
  ["truncated", (honest) => encoded(honest.slice(0, honest.length / 2))],
  ["no UTF-8", () => Uint8Array.from([0xff, 0xfe, 0x80, 0x7b, 0xc3, 0x28])],
  ["nested deep", () => encoded(`${"[".repeat(LEVELS)}${"]".repeat(LEVELS)}`)],
  ["huge", () => encoded(`{"huge":"${"x".repeat(HUGE)}"}`)],
  ["a prototype", (honest) => encoded(honest.replace("{", '{"__proto__":{"polluted":true},"constructor":{},'))],
];

const shapeCase = (destination: string, what: string, bytesOf: (honest: string) => Uint8Array): Case => ({
  name: what,
  at: destination,
  sends: `a message that is ${what} on ${destination}, then an honest one`,
  run: async (bench) => {
    const honest = await captured(bench);
    if (isOutcome(honest)) return honest;
    await bench.settles();
    const deathsBefore = bench.stage.deaths;
    await bench.put({ ...honest.message, bytes: bytesOf(honest.message.text) }, honest.message.form);
    const behind = await bench.behind();
    const deaths = bench.stage.deaths - deathsBefore;
    if (deaths > 1) return shown(`a message that is ${what} ended the consumer ${deaths} times`);
    if (behind === "unseen") return inconclusive("an honest message behind it was not seen on the broker");
    // Where no effects can be seen, that something is still owed is all there is.
    if (behind === "not dealt with" && bench.known.hasEffects)
      return shown(`behind a message that is ${what}, an honest one was not dealt with in time`);
    if (await bench.settles()) return withstood("it was settled, and an honest message behind it dealt with");
    const owed = (await bench.stage.tap.owed()).filter(({ messages }) => messages > 0);
    if (owed.length === 0) return inconclusive("it was settled late");
    return shown(
      `a message that is ${what} is never settled: it stays to be tried again (${owed.map(({ group, messages }) => `${messages} of ${group}`).join(", ")})`,
    );
  },
});

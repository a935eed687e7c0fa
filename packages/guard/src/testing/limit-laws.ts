// The laws of ports/limits.ts as tests for any store.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Ledger, LedgerEntry, LedgerOutcome, LimitStore } from "../ports/limits.ts";
import type { Law } from "./claim-store-laws.ts";
import { TestClock } from "./clock.ts";

const RATE = { key: "rate", limit: 3, windowMs: 1000 };

export function limitStoreLaws(open: (clock: TestClock) => Promise<LimitStore>): readonly Law[] {
  return [
    {
      name: "[PUB-08] over any window no more than the limit is granted, and the refusal says when to come back",
      run: async () => {
        const clock = new TestClock();
        const limits = await open(clock);
        for (let spend = 0; spend < RATE.limit; spend++) {
          strictEqual(await limits.spend([RATE]), undefined);
          clock.advance(100);
        }
        deepStrictEqual(await limits.spend([RATE]), { refused: 0, retryAfterMs: 700 });
        clock.advance(699);
        ok(await limits.spend([RATE]));
        clock.advance(1);
        strictEqual(await limits.spend([RATE]), undefined);
        ok(await limits.spend([RATE]));
      },
    },
    {
      name: "[PUB-08] spends of one call are granted together or not at all, and refusals cost nothing",
      run: async () => {
        const limits = await open(new TestClock());
        const scarce = { key: "scarce", limit: 1, windowMs: 1000 };
        strictEqual(await limits.spend([RATE, scarce]), undefined);
        strictEqual((await limits.spend([RATE, scarce]))?.refused, 1);
        strictEqual((await limits.spend([RATE, scarce]))?.refused, 1);
        strictEqual(await limits.spend([RATE]), undefined);
        strictEqual(await limits.spend([RATE]), undefined);
        ok(await limits.spend([RATE]));
      },
    },
    {
      name: "[PUB-08] many spends at once are not more than the limit",
      run: async () => {
        const limits = await open(new TestClock());
        const answers = await Promise.all(Array.from({ length: 20 }, () => limits.spend([RATE])));
        strictEqual(answers.filter((answer) => answer === undefined).length, RATE.limit);
      },
    },
  ];
}

const CALL: LedgerEntry = { key: "call", digest: "d", eventId: "e1", leaseMs: 1000, rememberMs: 10_000 };

export function ledgerLaws(open: (clock: TestClock) => Promise<Ledger>): readonly Law[] {
  const law = (name: string, run: (ledger: Ledger, clock: TestClock) => Promise<void>): Law => ({
    name,
    run: async () => {
      const clock = new TestClock();
      await run(await open(clock), clock);
    },
  });
  return [
    law("[PUB-10] of many calls at once one begins; the others are told that it is in flight", async (ledger) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => ledger.begin(CALL)));
      deepStrictEqual(outcomes.map((outcome) => outcome.kind).sort(), ["begun", ...Array.from({ length: 19 }, () => "in-flight")]);
    }),
    law("[PUB-10] a finished call answers with its result until it expires", async (ledger, clock) => {
      const { token } = await begun(ledger);
      await ledger.end("call", token, { kind: "finished", result: "r" });
      clock.advance(CALL.rememberMs - 1);
      deepStrictEqual(await ledger.begin(CALL), { kind: "finished", result: "r" });
      clock.advance(1);
      strictEqual((await ledger.begin(CALL)).kind, "begun");
    }),
    law("[PUB-10] a call is not forgotten while its lease lasts, and is remembered from its end on", async (ledger, clock) => {
      const long = { ...CALL, leaseMs: 3 * CALL.rememberMs };
      const { token } = await begun(ledger, "e1", long);
      clock.advance(long.leaseMs - 1);
      deepStrictEqual(await ledger.begin(long), { kind: "in-flight", forMs: 1 });
      await ledger.end("call", token, { kind: "finished", result: "r" });
      clock.advance(CALL.rememberMs - 1);
      deepStrictEqual(await ledger.begin(long), { kind: "finished", result: "r" });
      clock.advance(1);
      strictEqual((await begun(ledger, "e2", long)).eventId, "e2");
    }),
    law(
      "[PUB-10] a call that died, or whose end nobody knows, keeps its event id for as long as it is remembered",
      async (ledger, clock) => {
        const died = await begun(ledger);
        clock.advance(CALL.leaseMs + CALL.rememberMs - 1);
        const again = await begun(ledger, "e2");
        strictEqual(again.eventId, died.eventId);
        await ledger.end("call", again.token, { kind: "unsure" });
        clock.advance(CALL.rememberMs - 1);
        strictEqual((await begun(ledger, "e3")).eventId, died.eventId);
      },
    ),
    law("[PUB-10] the same key with other arguments is a conflict", async (ledger) => {
      const { token } = await begun(ledger);
      strictEqual((await ledger.begin({ ...CALL, digest: "other" })).kind, "conflict");
      await ledger.end("call", token, { kind: "finished", result: "r" });
      strictEqual((await ledger.begin({ ...CALL, digest: "other" })).kind, "conflict");
    }),
    law("[PUB-10] a refused call leaves the key free; an unsure one and one that died keep their event id", async (ledger, clock) => {
      const refused = await begun(ledger);
      await ledger.end("call", refused.token, { kind: "refused" });
      const unsure = await begun(ledger, "e2");
      strictEqual(unsure.eventId, "e2");
      await ledger.end("call", unsure.token, { kind: "unsure" });
      strictEqual((await begun(ledger, "e3")).eventId, "e2");
      clock.advance(CALL.leaseMs);
      strictEqual((await begun(ledger, "e4")).eventId, "e2");
    }),
    law("[PUB-10] what has finished keeps its result, also when whoever finished it was not told and is unsure", async (ledger) => {
      const { token } = await begun(ledger);
      await ledger.end("call", token, { kind: "finished", result: "r" });
      await ledger.end("call", token, { kind: "unsure" });
      deepStrictEqual(await ledger.begin(CALL), { kind: "finished", result: "r" });
    }),
    law("[PUB-10] a call whose lease ran out cannot end the one that took over", async (ledger, clock) => {
      const late = await begun(ledger);
      clock.advance(CALL.leaseMs);
      await begun(ledger);
      await ledger.end("call", late.token, { kind: "refused" });
      strictEqual((await ledger.begin(CALL)).kind, "in-flight");
    }),
  ];
}

async function begun(ledger: Ledger, eventId = CALL.eventId, call = CALL): Promise<LedgerOutcome & { kind: "begun" }> {
  const outcome = await ledger.begin({ ...call, eventId });
  ok(outcome.kind === "begun", `expected to begin, got ${outcome.kind}`);
  return outcome;
}

// The laws of ports/claim-store.ts as tests for any store. Register each with your test runner:
// `for (const law of claimStoreLaws(open)) test(law.name, law.run)`.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ClaimOutcome, ClaimRequest, ClaimStore } from "../ports/claim-store.ts";
import { TestClock } from "./clock.ts";

export interface Law {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** `open` gives an empty store that reads the clock. */
export function claimStoreLaws(open: (clock: TestClock) => Promise<ClaimStore>): readonly Law[] {
  const law = (name: string, run: (store: ClaimStore, clock: TestClock) => Promise<void>): Law => ({
    name,
    run: async () => {
      const clock = new TestClock();
      await run(await open(clock), clock);
    },
  });
  return [
    law("[REP-01] an id that is committed is done, and never granted again", async (store) => {
      await commit(store, await granted(store));
      strictEqual((await claim(store)).kind, "done");
    }),
    law("[REP-07] of many claims at once, exactly one is granted", async (store) => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => claim(store)));
      strictEqual(outcomes.filter((outcome) => outcome.kind === "granted").length, 1);
      strictEqual(outcomes.filter((outcome) => outcome.kind === "busy").length, 49);
    }),
    law("[REP-06] a failed claim is given back: the retry is granted, not called a duplicate", async (store, clock) => {
      const first = await granted(store);
      await store.change([{ kind: "fail", key: "k", token: first.token, afterMs: 100 }]);
      deepStrictEqual(await claim(store), { kind: "busy", forMs: 100 });
      clock.advance(100);
      const second = await granted(store);
      deepStrictEqual([second.attempt, second.failures], [2, 1]);
    }),
    law("[REP-06] a claim whose worker died expires and is granted again", async (store, clock) => {
      await granted(store);
      clock.advance(REQUEST.leaseMs);
      strictEqual((await granted(store)).attempt, 2);
    }),
    law("[REP-15] a worker whose claim ran out and was taken over can change nothing", async (store, clock) => {
      const late = await granted(store);
      clock.advance(REQUEST.leaseMs);
      const owner = await granted(store);
      for (const change of [
        { kind: "commit" },
        { kind: "fail", afterMs: 0 },
        { kind: "release", afterMs: 0 },
        { kind: "condemn", leaseMs: 1 },
        { kind: "bury" },
        { kind: "renew", leaseMs: 1 },
      ] as const) {
        deepStrictEqual(await store.change([{ ...change, key: "k", token: late.token }]), ["lost"]);
      }
      await commit(store, owner);
    }),
    law("[REP-14] the same key with other bytes is a conflict, in every state", async (store) => {
      const first = await granted(store);
      strictEqual((await claim(store, { digest: "other" })).kind, "conflict");
      await commit(store, first);
      strictEqual((await claim(store, { digest: "other" })).kind, "conflict");
    }),
    law("[REP-02] a stale first sight is not recorded; a late retry of what was fresh is not stale", async (store, clock) => {
      strictEqual((await claim(store, { stale: true })).kind, "stale");
      const first = await granted(store);
      await store.change([{ kind: "fail", key: "k", token: first.token, afterMs: 0 }]);
      clock.advance(1);
      strictEqual((await claim(store, { stale: true })).kind, "granted");
    }),
    law("[REP-08] an id is remembered for rememberMs after its last claim, and no longer", async (store, clock) => {
      await commit(store, await granted(store));
      clock.advance(REQUEST.rememberMs - 1);
      strictEqual((await claim(store)).kind, "done");
      clock.advance(REQUEST.rememberMs - 1);
      strictEqual((await claim(store)).kind, "done");
      clock.advance(REQUEST.rememberMs);
      strictEqual((await claim(store)).kind, "granted");
    }),
    law("[PSN-01] failures are bounded: after maxFailures nothing is granted", async (store, clock) => {
      for (let failure = 0; failure < REQUEST.maxFailures; failure++) {
        const { token } = await granted(store);
        await store.change([{ kind: "fail", key: "k", token, afterMs: 0 }]);
        clock.advance(1);
      }
      const outcome = await claim(store);
      ok(outcome.kind === "exhausted" && outcome.budget === "failures");
      deepStrictEqual(await store.change([{ kind: "bury", key: "k", token: outcome.token }]), ["changed"]);
      strictEqual((await claim(store)).kind, "dead");
    }),
    law("[PSN-14] what is condemned is never granted, committed or given back: whoever claims it next buries it", async (store, clock) => {
      const { token } = await granted(store);
      deepStrictEqual(await store.change([{ kind: "condemn", key: "k", token, leaseMs: 500 }]), ["changed"]);
      for (const change of [{ kind: "commit" }, { kind: "fail", afterMs: 0 }, { kind: "release", afterMs: 0 }] as const)
        deepStrictEqual(await store.change([{ ...change, key: "k", token }]), ["lost"]);
      deepStrictEqual(await claim(store), { kind: "busy", forMs: 500 });
      // Its letter may take long.
      deepStrictEqual(await store.change([{ kind: "renew", key: "k", token, leaseMs: 700 }]), ["changed"]);
      deepStrictEqual(await claim(store), { kind: "busy", forMs: 700 });
      clock.advance(700);
      const outcome = await claim(store);
      ok(outcome.kind === "exhausted" && outcome.budget === "verdict" && outcome.started === 1);
      deepStrictEqual(await store.change([{ kind: "bury", key: "k", token }]), ["lost"]);
      deepStrictEqual(await store.change([{ kind: "bury", key: "k", token: outcome.token }]), ["changed"]);
      strictEqual((await claim(store)).kind, "dead");
    }),
    law("[PSN-14] what one worker's budget has ended, another's larger budget does not grant again", async (store, clock) => {
      await granted(store);
      clock.advance(REQUEST.leaseMs);
      strictEqual((await claim(store, { maxCrashes: 1 })).kind, "exhausted");
      clock.advance(REQUEST.leaseMs);
      strictEqual((await claim(store, { maxCrashes: 100 })).kind, "exhausted");
    }),
    law("[REP-08] a lease is not forgotten while it lasts, nor a retry before it is due", async (store, clock) => {
      const { token } = await granted(store, { rememberMs: 1000 });
      clock.advance(900);
      await store.change([{ kind: "renew", key: "k", token, leaseMs: 1000 }]);
      clock.advance(900);
      strictEqual((await claim(store, { rememberMs: 1000 })).kind, "busy");
      deepStrictEqual(await store.change([{ kind: "fail", key: "k", token, afterMs: 5000 }]), ["changed"]);
      clock.advance(4999);
      deepStrictEqual(await claim(store, { rememberMs: 1000 }), { kind: "busy", forMs: 1 });
    }),
    law("[REP-15] a claim that is forgotten cannot be changed, swept or not", async (store, clock) => {
      const { token } = await granted(store, { rememberMs: 1000 });
      clock.advance(1000);
      deepStrictEqual(await store.change([{ kind: "commit", key: "k", token }]), ["lost"]);
    }),
    law("[PSN-07] deaths of the process are bounded by a budget of their own", async (store, clock) => {
      for (let death = 0; death < REQUEST.maxCrashes; death++) {
        await granted(store);
        clock.advance(REQUEST.leaseMs);
      }
      const outcome = await claim(store);
      ok(outcome.kind === "exhausted" && outcome.budget === "crashes");
    }),
    law("[PSN-08] a release uses up no attempt", async (store, clock) => {
      for (let pause = 0; pause < 20; pause++) {
        const { token, attempt } = await granted(store);
        strictEqual(attempt, 1);
        await store.change([{ kind: "release", key: "k", token, afterMs: 0 }]);
        clock.advance(1);
      }
    }),
    law("[REP-15] a renewed claim stays its owner's", async (store, clock) => {
      const { token } = await granted(store);
      clock.advance(REQUEST.leaseMs - 1);
      deepStrictEqual(await store.change([{ kind: "renew", key: "k", token, leaseMs: REQUEST.leaseMs }]), ["changed"]);
      clock.advance(REQUEST.leaseMs - 1);
      strictEqual((await claim(store)).kind, "busy");
    }),
    law("[REP-13] a failing effect leaves the claim uncommitted, and its neighbours alone", async (store) => {
      const [first, second] = await store.claim([REQUEST, { ...REQUEST, key: "k2" }]);
      ok(first?.kind === "granted" && second?.kind === "granted");
      const effect = (): never => {
        throw new Error("no");
      };
      const outcomes = await store.change([
        { kind: "commit", key: "k", token: first.token, effect },
        { kind: "commit", key: "k2", token: second.token },
      ]);
      ok(typeof outcomes[0] === "object");
      strictEqual(outcomes[1], "changed");
      strictEqual((await claim(store)).kind, "busy");
    }),
    law(
      "[REP-16] a redriven event is granted where it died or is not known, and done where it was handled or may be yet",
      async (store, clock) => {
        const redriven = { key: "k1", earlier: ["k"] };
        const change = (kind: "condemn" | "bury" | "commit", { token }: { readonly token: string }, key = "k") =>
          store.change([kind === "condemn" ? { kind, key, token, leaseMs: 1000 } : { kind, key, token }]);
        const held = await granted(store);
        strictEqual((await claim(store, redriven)).kind, "done");
        await change("condemn", held);
        strictEqual((await claim(store, redriven)).kind, "granted");
        await change("bury", held);
        strictEqual((await claim(store, { key: "k2", earlier: ["k"] })).kind, "granted");
        const handled = await granted(store, { key: "h" });
        await change("commit", handled, "h");
        deepStrictEqual(await claim(store, { key: "h2", earlier: ["h", "h1"] }), { kind: "done" });
        clock.advance(REQUEST.rememberMs);
        strictEqual((await claim(store, { key: "h2", earlier: ["h", "h1"] })).kind, "granted");
      },
    ),
    law(
      "[REP-16] a generation that comes after its redrive was granted is dead, also when the redrive is tried again",
      async (store, clock) => {
        const redriven = { key: "k2", earlier: ["k", "k1"] };
        const { token } = await granted(store, redriven);
        strictEqual((await claim(store)).kind, "dead");
        strictEqual((await claim(store, { digest: "other" })).kind, "conflict");
        deepStrictEqual(await store.change([{ kind: "fail", key: "k2", token, afterMs: 500 }]), ["changed"]);
        clock.advance(500);
        await granted(store, redriven);
        strictEqual((await claim(store, { key: "k1", earlier: ["k"] })).kind, "dead");
        clock.advance(REQUEST.rememberMs);
        strictEqual((await claim(store)).kind, "granted");
      },
    ),
    law("[REP-11] keys are apart: a claim of one says nothing of another", async (store) => {
      await granted(store);
      strictEqual((await claim(store, { key: "other" })).kind, "granted");
    }),
  ];
}

const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };

async function claim(store: ClaimStore, change: Partial<ClaimRequest> = {}): Promise<ClaimOutcome> {
  const [outcome] = await store.claim([{ ...REQUEST, ...change }]);
  ok(outcome);
  return outcome;
}

async function granted(store: ClaimStore, change: Partial<ClaimRequest> = {}): Promise<ClaimOutcome & { kind: "granted" }> {
  const outcome = await claim(store, change);
  ok(outcome.kind === "granted", `expected a grant, got ${outcome.kind}`);
  return outcome;
}

async function commit(store: ClaimStore, { token }: { readonly token: string }): Promise<void> {
  deepStrictEqual(await store.change([{ kind: "commit", key: "k", token }]), ["changed"]);
}

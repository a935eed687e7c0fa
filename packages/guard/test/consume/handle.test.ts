// One attempt: its deadline, its lease, what stops it, and what a handler's answer becomes.
import { beforeEach, describe, expect, test } from "vitest";
import type { ReceivedEvent } from "../../src/consume/examine.ts";
import { Stopping } from "../../src/consume/stopping.ts";
import { type Handled, type Handler, type HandlerContext, type HandlerFailure, runAttempt } from "../../src/consume/handle.ts";
import { currentCause } from "../../src/envelope/causation.ts";
import { commitWith, reject, retry, unavailable } from "../../src/index.ts";
import type { ChangeOutcome } from "../../src/ports/claim-store.ts";
import { settle } from "../house.ts";
import { CountingClock, policyOf, RecordedClaims, START_MS } from "./parts.ts";

const event = { id: "e1", rootId: "r1", hop: 3, type: "note.created" } as ReceivedEvent;
const never = (): Promise<never> => new Promise(() => undefined);

let clock: CountingClock;
let claims: RecordedClaims;
let stop: AbortController;
let stopping: Stopping;

beforeEach(() => {
  clock = new CountingClock(START_MS);
  claims = new RecordedClaims();
  stop = new AbortController();
  stopping = new Stopping(stop.signal);
  onFailure = undefined;
});

let onFailure: ((failure: HandlerFailure) => void) | undefined;

const attempt = (handler: Handler, change: Parameters<typeof policyOf>[0] = {}): Promise<Handled> => {
  const policy = policyOf({ leaseMs: 30_000, ...change });
  return runAttempt({ event, handler, key: "k", token: "t", attempt: 2, onFailure }, claims, policy, clock, stopping);
};

/** An attempt whose handler never returns, and what became of it so far. */
function running(change: Parameters<typeof policyOf>[0] = { deadlineMs: 1_000_000 }): {
  signal: () => AbortSignal;
  ended: () => Handled | undefined;
} {
  let context: HandlerContext | undefined;
  let handled: Handled | undefined;
  void attempt((_event, given) => {
    context = given;
    return never();
  }, change).then((value) => (handled = value));
  return { signal: () => context?.signal ?? expect.unreachable("the handler was not called"), ended: () => handled };
}

const pass = async (ms: number): Promise<void> => {
  clock.advance(ms);
  await settle(2);
};

describe("why an attempt failed", () => {
  const told = async (handler: Handler): Promise<unknown[]> => {
    const failures: unknown[] = [];
    onFailure = (failure) => void failures.push(failure);
    await attempt(handler);
    return failures;
  };
  const which = { eventId: "e1", eventType: "note.created", attempt: 2 };

  test("is told with what was thrown, or the reason that was given", async () => {
    const error = new Error("the database said no");
    expect(await told(() => Promise.reject(error))).toEqual([{ ...which, error }]);
    expect(await told(() => reject("closed today"))).toEqual([{ ...which, reason: "closed today" }]);
  });

  test.each([42, { kind: "rejcet" }, [retry()]])("is told where the handler answered what is no outcome: %j", async (answer) => {
    const error = expect.objectContaining({
      code: "ERR_HANDLER_FAILED",
      message: expect.stringMatching(/note\.created.+no outcome.+Return nothing/),
    });
    expect(await told((() => answer) as unknown as Handler)).toEqual([{ ...which, error }]);
  });

  test("is not told of one that went well, or asks to be tried again", async () => {
    expect([...(await told(() => undefined)), ...(await told(() => retry()))]).toEqual([]);
  });

  test("changes nothing when whoever is told fails", async () => {
    onFailure = () => {
      throw new Error("the log is full");
    };
    expect(await attempt(() => reject("no"))).toEqual({ kind: "reject", reason: "no" });
    expect(await attempt(() => Promise.reject(new Error("down")))).toMatchObject({ kind: "retry" });
  });
});

describe("a handler", () => {
  test("is handed the event, its attempt, its fencing token and a live signal, and runs as the cause of what it publishes", async () => {
    const seen: unknown[] = [];
    await attempt((given, context) => {
      seen.push(given, { ...context, signal: context.signal.aborted }, currentCause());
    });
    expect(seen).toEqual([event, { attempt: 2, fencingToken: "t", signal: false }, { eventId: "e1", rootId: "r1", hop: 3 }]);
  });

  const effect = (): void => undefined;
  test.each<[string, () => unknown, Handled]>([
    ["nothing is done", () => undefined, { kind: "done" }],
    ["a promise of nothing is done", () => Promise.resolve(), { kind: "done" }],
    ["null is nothing", () => null, { kind: "done" }],
    ["an outcome is that outcome", () => reject("no"), reject("no")],
    ["a promise of an outcome is that outcome", () => Promise.resolve(commitWith(effect)), commitWith(effect)],
    ["an error is a failure", () => expect.unreachable("on purpose"), retry()],
    ["a rejection is a failure", () => Promise.reject(new Error("no")), retry()],
    [
      "a network failure is not the message's fault",
      () => Promise.reject(Object.assign(new Error("no"), { code: "EPIPE" })),
      unavailable(),
    ],
    ["what is no outcome is not taken for success", () => Promise.resolve({ kind: "rejcet" }), retry()],
    ["nor is a value", () => 1, retry()],
  ])("that answers: %s", async (_law, answer, handled) => {
    expect(await attempt(answer as Handler)).toEqual(handled);
  });

  test("is not told to stop when it is done, and leaves no timer or listener behind", async () => {
    let signal: AbortSignal | undefined;
    await attempt((_event, context) => {
      signal = context.signal;
      expect(context.signal).toBe(signal);
    });
    await pass(1_000_000);
    expect([signal?.aborted, clock.pending, stopping.told, claims.changes]).toEqual([false, 0, 0, []]);
  });
});

describe("[PSN-05] the deadline", () => {
  test("ends the attempt, tells the handler, and leaves no timer or listener behind", async () => {
    const { signal, ended } = running({ deadlineMs: 20_000 });
    await pass(19_999);
    expect([ended(), signal().aborted]).toEqual([undefined, false]);
    await pass(1);
    expect([ended(), signal().aborted, signal().reason]).toEqual([{ kind: "deadline" }, true, "deadline"]);
    expect([clock.pending, stopping.told]).toEqual([0, 0]);
  });

  test("is final: what the handler answers to being stopped is not heard", async () => {
    const handled = attempt((_event, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())), {
      deadlineMs: 5,
    });
    await pass(5);
    expect(await handled).toEqual({ kind: "deadline" });
  });
});

describe("[PSN-12] when the consumer is stopped", () => {
  test("the attempt ends as stopped and the handler is told", async () => {
    const { signal, ended } = running();
    stop.abort();
    await settle(2);
    expect([ended(), signal().reason, clock.pending]).toEqual([{ kind: "stopped" }, "stopped", 0]);
  });

  test("a handler is not even begun afterwards", async () => {
    stop.abort();
    expect(await attempt(() => expect.unreachable())).toEqual({ kind: "stopped" });
    expect([clock.pending, stopping.told]).toEqual([0, 0]);
  });
});

describe("[REP-15] the lease", () => {
  const renewal = { kind: "renew", key: "k", token: "t", leaseMs: 30_000 };
  const answerWith = (...answers: (() => Promise<ChangeOutcome>)[]): void => {
    claims.answer = () => (answers.shift() ?? never)();
  };
  const down = (): Promise<never> => Promise.reject(new Error("down"));
  const changed = (): Promise<ChangeOutcome> => Promise.resolve("changed");
  const lost = (): Promise<ChangeOutcome> => Promise.resolve("lost");

  test("is renewed each third of it, for as long as the handler runs", async () => {
    const { ended } = running();
    await pass(9999);
    expect(claims.changes).toEqual([]);
    for (let turn = 0; turn < 12; turn++) await pass(10_000);
    expect(claims.changes).toEqual(Array.from({ length: 12 }, () => renewal));
    expect(ended()).toBeUndefined();
  });

  test("that another has ends the attempt at once and tells the handler", async () => {
    answerWith(changed, lost);
    const { signal, ended } = running();
    await pass(10_000);
    expect(ended()).toBeUndefined();
    await pass(10_000);
    expect([ended(), signal().reason, clock.pending]).toEqual([{ kind: "lost" }, "lost", 0]);
  });

  test("survives renewals that fail, while it lasts", async () => {
    answerWith(down, down, changed, down, down, changed);
    const { ended } = running();
    // The third comes at the last moment, so that the next two failures find a whole lease again.
    for (let turn = 0; turn < 6; turn++) await pass(10_000);
    expect([ended(), claims.changes.length]).toEqual([undefined, 6]);
  });

  test("is lost when it runs out unrenewed", async () => {
    claims.answer = down;
    const { signal, ended } = running();
    await pass(10_000);
    await pass(10_000);
    expect(ended()).toBeUndefined();
    await pass(10_000);
    expect([ended(), signal().aborted]).toEqual([{ kind: "lost" }, true]);
  });

  test("is lost when it runs out while the store says nothing at all", async () => {
    answerWith(changed);
    const { signal, ended } = running();
    await pass(10_000);
    await pass(29_999);
    expect(ended()).toBeUndefined();
    await pass(1);
    expect([ended(), signal().aborted]).toEqual([{ kind: "lost" }, true]);
    expect(clock.pending).toBe(0);
  });

  test("is counted from when the renewal was asked for, not from when it was answered", async () => {
    const { promise, resolve } = Promise.withResolvers<ChangeOutcome>();
    answerWith(() => promise, down, down, never);
    const { ended } = running();
    await pass(10_000);
    await pass(15_000);
    resolve("changed");
    await settle(2);
    await pass(10_000);
    expect([ended(), claims.changes.length]).toEqual([undefined, 2]);
    await pass(10_000);
    expect([ended(), claims.changes.length]).toEqual([{ kind: "lost" }, 3]);
  });

  test("is asked for before it is given up, by a process that was paused past its end", async () => {
    const { promise, resolve } = Promise.withResolvers<ChangeOutcome>();
    answerWith(() => promise, changed);
    const { ended } = running();
    clock.pausedMs = 50_000;
    await pass(10_000);
    await pass(9999);
    expect([ended(), claims.changes.length]).toEqual([undefined, 1]);
    resolve("changed");
    await settle(2);
    await pass(10_000);
    expect([ended(), claims.changes.length]).toEqual([undefined, 2]);
  });

  test("makes no difference to a handler that has answered: a renewal under way then is not heard", async () => {
    const { promise, resolve } = Promise.withResolvers<ChangeOutcome>();
    answerWith(() => promise);
    const gate = Promise.withResolvers<void>();
    let signal: AbortSignal | undefined;
    const handled = attempt(
      (_event, context) => {
        signal = context.signal;
        return gate.promise;
      },
      { deadlineMs: 1_000_000 },
    );
    await pass(10_000);
    gate.resolve();
    expect(await handled).toEqual({ kind: "done" });
    resolve("lost");
    await pass(1_000_000);
    expect([signal?.aborted, clock.pending, claims.changes.length]).toEqual([false, 0, 1]);
  });

  test("is not renewed once the handler has answered, whatever a renewal under way then says", async () => {
    const { promise, resolve } = Promise.withResolvers<ChangeOutcome>();
    answerWith(() => promise);
    const gate = Promise.withResolvers<void>();
    const handled = attempt(() => gate.promise, { deadlineMs: 1_000_000 });
    await pass(10_000);
    gate.resolve();
    await handled;
    resolve("changed");
    await pass(1_000_000);
    expect([clock.pending, claims.changes.length]).toEqual([0, 1]);
  });
});

// Settling while a store, the trail or the broker does not answer: nothing ends, and nothing is lost.
import { beforeEach, describe, expect, test } from "vitest";
import { Settlement, type Work } from "../../src/consume/settlement.ts";
import { settle } from "../house.ts";
import { Bench, bytes, examined } from "./bench.ts";
import { deliveryOf } from "./parts.ts";

let bench: Bench;
let work: Work;

beforeEach(() => {
  bench = new Bench();
  work = bench.work();
});

describe("[REP-12] while something does not answer", () => {
  const ways: readonly [string, () => Promise<unknown>, string][] = [
    ["a commit", () => bench.settlement.commit(work, undefined), "commit"],
    ["a failure", () => bench.settlement.fail(work, "ERR_HANDLER_FAILED", undefined), "fail"],
    ["a verdict", () => bench.settlement.condemn(work, "ERR_POLICY_REJECTED"), "condemn"],
    ["a burial", () => bench.settlement.fail(bench.work({ failures: 2 }), "ERR_HANDLER_FAILED", undefined), "bury"],
  ];

  test.each(ways)("%s is not settled, and is settled when the claim store answers", async (_what, end, kind) => {
    bench.claims.answer = (change) => (change.kind === kind ? Promise.reject(new Error("down")) : Promise.resolve("changed"));
    const ended = end();
    await settle(2);
    expect(bench.log.at(-1)).toBe(kind);
    bench.answer("changed");
    bench.clock.advance(100);
    await ended;
    expect(bench.log.at(-1)).toMatch(/^(?:ack|retry after|consume:acknowledged)/);
  });

  test.each(ways)("%s is neither acknowledged nor accounted for when the consumer is stopped first", async (_what, end, kind) => {
    bench.claims.answer = (change) => (change.kind === kind ? Promise.reject(new Error("down")) : Promise.resolve("changed"));
    const ended = end();
    await settle(2);
    bench.stop.abort();
    await ended;
    expect([bench.entries, bench.decided]).toEqual([[], []]);
    expect(bench.log).not.toContain("ack");
  });

  test("[PSN-14] a letter that could not be stored ends nothing when the consumer is stopped", async () => {
    bench.deadLetters.put = () => Promise.reject(new Error("disk full"));
    const ended = bench.settlement.fail(bench.work({ failures: 2 }), "ERR_HANDLER_FAILED", undefined);
    await settle(2);
    bench.stop.abort();
    await ended;
    expect(bench.log).toEqual(["consume:failed e1", "condemn", "consume:condemned e1"]);
    expect(bench.claims.changes.map(({ kind }) => kind)).toEqual(["condemn"]);
  });

  test("[OPS-01] what cannot be put on the trail is not settled: it comes again", async () => {
    const mute = new Settlement({ ...bench.parts, trail: { append: () => Promise.reject(new Error("down")) } });
    const ended = mute.duplicate(work.delivery, examined);
    await settle(2);
    bench.stop.abort();
    await ended;
    expect([bench.log, bench.decided]).toEqual([[], []]);
  });

  test("a broker that does not take the acknowledgement is asked again", async () => {
    let down = true;
    const ack = async (): Promise<void> => {
      if (down) throw new Error("down");
      bench.log.push("ack");
    };
    const retryAfter = async (delayMs: number): Promise<void> => {
      if (down) throw new Error("down");
      bench.log.push(`retry after ${delayMs}`);
    };
    const delivery = deliveryOf(bytes, bench.log, { ack, retryAfter });
    const ended = Promise.all([bench.settlement.duplicate(delivery, examined), bench.settlement.later(delivery, 5)]);
    await settle(2);
    expect(bench.log).toEqual(["trail"]);
    down = false;
    bench.clock.advance(100);
    await ended;
    expect(bench.log.slice(1).toSorted()).toEqual(["ack", "retry after 5"]);
  });
});

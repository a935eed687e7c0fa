// Events that lead to events, through both doors (PUB-14): what bounds them is signed, and nothing in the data, the
// arguments or the spread over types and callers gets around it.
import { expect, test } from "vitest";
import { z } from "zod";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { Consumer, contract, event, KeyRing, Publisher, type PublisherOptions } from "../../src/index.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { TestClock } from "../../src/testing/index.ts";
import { keySpec, settle } from "../house.ts";

const TYPES = ["a", "b", "c"] as const;
type Type = (typeof TYPES)[number];
const made = (type: Type) =>
  event({
    description: "One of a ring.",
    schema: z.strictObject({ depth: z.number(), hops: z.number(), root: z.string(), n: z.number() }),
    destination: type,
    rate: { limit: 10_000, windowMs: 1000 },
  });
const ring = contract({ name: "notes", events: { a: made("a"), b: made("b"), c: made("c") } });

/** Each event leads to as many of the next type, each by another caller, with depths that are lies. */
async function run(fanOut: number, options: Partial<PublisherOptions<typeof ring>> = {}): Promise<readonly string[]> {
  const clock = new TestClock();
  const parts = { contract: ring, transport: new MemoryTransport({ clock }), keys: new KeyRing([keySpec()]), clock };
  const publisher = new Publisher({ ...parts, limits: new MemoryLimits({ clock }), ledger: new MemoryLedger({ clock }), ...options });
  let calls = 0;
  const refusals: string[] = [];
  const publish = (type: Type): Promise<unknown> => {
    const n = calls++;
    const data = { depth: -999, hops: 0, root: `fresh-${n}`, n };
    return publisher.publish(type, data, { principal: { id: `caller-${n}` }, origin: "llm", idempotencyKey: `k${n}` });
  };
  const handler = (next: Type) => async () => {
    for (let copy = 0; copy < fanOut; copy++) {
      // Out of the handler's own turn and promise, as an agent's tool call would be.
      await new Promise<void>((resolve) => setImmediate(resolve));
      await Promise.resolve().then(() => publish(next).catch((error: { code: string }) => void refusals.push(error.code)));
    }
  };
  const handlers = { a: handler("b"), b: handler("c"), c: handler("a") };
  await new Consumer({ ...parts, group: "g", handlers, claims: new MemoryClaims({ clock }), deadLetters: new MemoryDeadLetters() }).start();
  await publish("a");
  await settle(600);
  expect(calls).toBeGreaterThan(1);
  return [`${calls - refusals.length} published`, ...new Set(refusals)];
}

test("[PUB-14] a ring A→B→C→A ends after maxHops, whatever depth its data claims", async () => {
  expect(await run(1)).toEqual(["9 published", "ERR_REQUEST_LOOP"]);
  expect(await run(1, { maxHops: 4 })).toEqual(["5 published", "ERR_REQUEST_LOOP"]);
});

test("[PUB-14] a ring that also multiplies ends with the budget of its root, whoever calls and under whatever key", async () => {
  expect(await run(3, { maxPerRoot: 20 })).toEqual(["21 published", "ERR_REQUEST_LOOP"]);
});

// The laws of ports/transport.ts as tests for any adapter, chosen by its capabilities.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Capabilities, Delivery, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import type { Law } from "./claim-store-laws.ts";

export interface TransportLaw extends Law {
  /** Of a transport without this capability the law asks nothing. */
  readonly needs: keyof Capabilities | undefined;
}

/** `open` gives a transport on an empty broker. Delays are real and short. */
export function transportLaws(open: () => Promise<Transport>): readonly TransportLaw[] {
  const law = (name: string, needs: TransportLaw["needs"], run: (transport: Transport) => Promise<void>): TransportLaw => ({
    name,
    needs,
    run: async () => {
      const transport = await open();
      try {
        if (needs === undefined || transport.capabilities[needs] === true) await run(transport);
      } finally {
        await transport.close();
      }
    },
  });
  return [
    law("bytes arrive as they were sent, once per group", undefined, async (transport) => {
      const one = await inbox(transport, { group: "one" });
      const two = await inbox(transport, { group: "two" });
      await send(transport, ["a", "\u0000é\n"]);
      deepStrictEqual(textsOf(await one.take(2)), ["a", "\u0000é\n"]);
      deepStrictEqual(textsOf(await two.take(2)), ["a", "\u0000é\n"]);
    }),
    law("members of a group share: each message goes to one of them", "acknowledges", async (transport) => {
      const members = await Promise.all([inbox(transport, { prefetch: 5 }), inbox(transport, { prefetch: 5 })]);
      await send(transport, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
      const taken = await Promise.all(members.map((member) => member.take(5)));
      deepStrictEqual(textsOf(taken.flat()).sort(), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    }),
    law("[PSN-11] what is not settled when a member goes is delivered to another", "acknowledges", async (transport) => {
      const first = await inbox(transport);
      await send(transport, ["a"]);
      await first.take(1);
      await first.subscription.close();
      const second = await inbox(transport);
      deepStrictEqual(textsOf(await second.take(1)), ["a"]);
    }),
    law("what is acknowledged is not delivered again", "acknowledges", async (transport) => {
      const first = await inbox(transport);
      await send(transport, ["a", "b"]);
      const [a] = await first.take(2);
      await a?.ack();
      await first.subscription.close();
      const second = await inbox(transport);
      deepStrictEqual(textsOf(await second.take(1)), ["b"]);
      strictEqual(second.waiting(), 0);
    }),
    law("[PSN-03] a delayed message comes back no sooner, and lets others pass", "delayedRetry", async (transport) => {
      const box = await inbox(transport, { prefetch: 1 });
      await send(transport, ["slow", "next"]);
      const first = await box.take(1);
      const askedAt = performance.now();
      await first[0]?.retryAfter(60);
      const next = await box.take(1);
      // Without a key, which of them is first is the broker's to choose.
      deepStrictEqual(textsOf([...first, ...next]).sort(), ["next", "slow"]);
      await next[0]?.ack();
      deepStrictEqual(textsOf(await box.take(1)), textsOf(first));
      ok(performance.now() - askedAt >= 59);
    }),
    law(
      "[PSN-09] with ordering by key, later messages of a key wait for the earlier; other keys pass",
      "ordersByKey",
      async (transport) => {
        const box = await inbox(transport, { ordering: "key" });
        await transport.send([message("a1", "a"), message("a2", "a"), message("b1", "b")]);
        const first = byText(await box.take(2));
        deepStrictEqual(textsOf(first), ["a1", "b1"]);
        await first[0]?.retryAfter(30);
        const again = await box.take(1);
        deepStrictEqual(textsOf(again), ["a1"]);
        await again[0]?.ack();
        deepStrictEqual(textsOf(await box.take(1)), ["a2"]);
      },
    ),
    law(
      "[PSN-09] [PSN-01] one key that waits for its retry holds up no other key, however much is behind it",
      "ordersByKey",
      async (transport) => {
        const box = await inbox(transport, { ordering: "key", prefetch: 2 });
        await transport.send(Array.from({ length: 5000 }, (_, n) => message(`a${n}`, "a")));
        const [first] = await box.take(1);
        await first?.retryAfter(60_000);
        await transport.send([message("b1", "b"), message("none"), message("b2", "b")]);
        const others = byText(await box.take(2));
        deepStrictEqual(textsOf(others), ["b1", "none"]);
        for (const other of others) await other.ack();
        deepStrictEqual(textsOf(await box.take(1)), ["b2"]);
      },
    ),
    law(
      "[PSN-09] what is ordered by key when members join an unordered group is ordered from then on",
      "ordersByKey",
      async (transport) => {
        const before = await inbox(transport, { prefetch: 1 });
        await transport.send([message("a1", "a"), message("a2", "a"), message("a3", "a"), message("b1", "b")]);
        deepStrictEqual(textsOf(await before.take(1)), ["a1"]);
        await before.subscription.close();
        const after = await inbox(transport, { ordering: "key" });
        const first = await after.take(2);
        deepStrictEqual(textsOf(first).sort(), ["a1", "b1"]);
        for (const delivery of first) await delivery.ack();
        const [second] = await after.take(1);
        deepStrictEqual([textsOf([second as Delivery]), after.waiting()], [["a2"], 0]);
        await after.subscription.close();
        const again = await inbox(transport);
        deepStrictEqual(textsOf(await again.take(2)).sort(), ["a2", "a3"]);
      },
    ),
    law("no more than prefetch are out at once, and a paused member gets nothing", "acknowledges", async (transport) => {
      const box = await inbox(transport, { prefetch: 2 });
      await send(transport, ["a", "b", "c"]);
      const first = await box.take(2);
      strictEqual(box.waiting(), 0);
      box.subscription.pause();
      await first[0]?.ack();
      strictEqual(box.waiting(), 0);
      box.subscription.resume();
      deepStrictEqual(textsOf([...first, ...(await box.take(1))]).sort(), ["a", "b", "c"]);
    }),
    law("[REP-09] a vouched enqueue time lies between sending and now", "vouchesEnqueueTime", async (transport) => {
      const before = Date.now();
      await send(transport, ["a"]);
      const box = await inbox(transport);
      const [a] = await box.take(1);
      ok(a?.enqueuedAtMs !== undefined && a.enqueuedAtMs >= before && a.enqueuedAtMs <= Date.now());
    }),
  ];
}

interface Inbox {
  readonly subscription: Subscription;
  /** Waits for this many more deliveries. */
  take(count: number): Promise<Delivery[]>;
  waiting(): number;
}

async function inbox(transport: Transport, options: Partial<ReceiveOptions> = {}): Promise<Inbox> {
  const arrived: Delivery[] = [];
  let wake: () => void = () => undefined;
  const subscription = await transport.receive(
    { destination: "orders", group: "g", ordering: "none", prefetch: 10, ...options },
    (batch) => {
      arrived.push(...batch);
      wake();
    },
  );
  return {
    subscription,
    waiting: () => arrived.length,
    async take(count) {
      while (arrived.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return arrived.splice(0, count);
    },
  };
}

let sent = 0;
const message = (text: string, key?: string): { id: string; destination: string; key: string | undefined; bytes: Uint8Array } => ({
  id: String(++sent),
  destination: "orders",
  key,
  bytes: new TextEncoder().encode(text),
});
const send = (transport: Transport, texts: readonly string[]): Promise<void> => transport.send(texts.map((text) => message(text)));
const textsOf = (deliveries: readonly Delivery[]): string[] => deliveries.map((delivery) => new TextDecoder().decode(delivery.bytes));
/** Between keys there is no order. */
const byText = (deliveries: readonly Delivery[]): readonly Delivery[] =>
  deliveries.toSorted((one, other) => (textsOf([one])[0]! < textsOf([other])[0]! ? -1 : 1));

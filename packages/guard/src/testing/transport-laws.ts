// The laws of ports/transport.ts as tests for any adapter, chosen by its capabilities.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Delivery, Transport } from "../ports/transport.ts";
import { byText, inbox, type MakeLaw, message, send, textsOf, type TransportLaw } from "./transport-law.ts";
import { type Doomed, processLaws } from "./transport-process-laws.ts";

/** Long against a busy machine, so that half of it is told from the whole. */
const DELAY_MS = 400;
/** That something never comes can only be waited for. */
const QUIET_MS = 150;
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, QUIET_MS));
/** For ever, as far as a test waits. */
const EVER_MS = 20_000;

export interface LawOptions {
  /** How many messages of one key are put before those that must pass it; fewer where the broker under test is slow to take them. */
  readonly backlog?: number;
}

/**
 * `open` gives a transport on an empty broker, once a law; the law closes it. Destination `orders` and groups `g`, `one`
 * and `two` must exist where the transport does not make them. Delays are real and short. With `doom` there are laws more,
 * of processes that die: it gives another transport on the broker that was opened last, which the law ends.
 */
export function transportLaws(
  open: () => Promise<Transport>,
  doom?: () => Promise<Doomed>,
  { backlog = 5000 }: LawOptions = {},
): readonly TransportLaw[] {
  const law: MakeLaw = (name, needs, run) => ({
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
    law(
      "[PSN-04] [DST-04] bytes that are no text arrive as they were sent, with the destination that was read",
      undefined,
      async (transport) => {
        const box = await inbox(transport);
        const bytes = Uint8Array.from({ length: 512 }, (_, n) => n % 256);
        await transport.send([{ ...message(""), bytes }]);
        const [delivery] = await box.take(1);
        deepStrictEqual([...(delivery?.bytes ?? [])], [...bytes]);
        strictEqual(delivery?.destination, "orders");
      },
    ),
    law("[PSN-06] what is out is not delivered again while its member lives", "acknowledges", async (transport) => {
      const box = await inbox(transport);
      await send(transport, ["held"]);
      deepStrictEqual(textsOf(await box.take(1)), ["held"]);
      for (const text of ["a", "b", "c"]) {
        await send(transport, [text]);
        const [next] = await box.take(1);
        strictEqual(textsOf([next as Delivery])[0], text);
        await next?.ack();
      }
      strictEqual(box.waiting(), 0);
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
    law("[PSN-03] a delay outlives the member that asked for it, and is not cut short", "delayedRetry", async (transport) => {
      const first = await inbox(transport);
      await send(transport, ["a"]);
      const [a] = await first.take(1);
      const askedAt = performance.now();
      await a?.retryAfter(DELAY_MS);
      await first.subscription.close();
      const second = await inbox(transport);
      deepStrictEqual(textsOf(await second.take(1)), ["a"]);
      ok(performance.now() - askedAt >= DELAY_MS - 1);
    }),
    law("[PSN-03] a retry is per group: no other sees the message again", "delayedRetry", async (transport) => {
      const one = await inbox(transport, { group: "one" });
      const two = await inbox(transport, { group: "two" });
      await send(transport, ["a"]);
      const [a] = await one.take(1);
      for (const delivery of await two.take(1)) await delivery.ack();
      await a?.retryAfter(30);
      for (const again of await one.take(1)) await again.ack();
      await send(transport, ["after"]);
      deepStrictEqual(textsOf(await two.take(1)), ["after"]);
    }),
    law("[PSN-01] what is retried again and again does not hold up what is new", "delayedRetry", async (transport) => {
      const box = await inbox(transport, { prefetch: 1 });
      await send(transport, ["again"]);
      const [again] = await box.take(1);
      await send(transport, ["new"]);
      const giveUpAt = performance.now() + EVER_MS;
      for (let next = again; textsOf([next as Delivery])[0] !== "new"; [next] = await box.take(1)) {
        ok(performance.now() < giveUpAt, "what is retried is all that comes");
        await next?.retryAfter(0);
      }
    }),
    law("[PSN-01] what is due for its retry is not held up by what is new", "delayedRetry", async (transport) => {
      const box = await inbox(transport, { prefetch: 1 });
      await send(transport, ["first", "second"]);
      const [retried] = await box.take(1);
      await retried?.retryAfter(30);
      const giveUpAt = performance.now() + EVER_MS;
      for (
        let [next] = await box.take(1);
        textsOf([next as Delivery])[0] !== textsOf([retried as Delivery])[0];
        [next] = await box.take(1)
      ) {
        ok(performance.now() < giveUpAt, "what is new is all that comes");
        await send(transport, ["new"]);
        await next?.ack();
      }
    }),
    law("[PSN-06] who has left touches nothing that another has", "acknowledges", async (transport) => {
      const first = await inbox(transport);
      await send(transport, ["a"]);
      const [left] = await first.take(1);
      await first.subscription.close();
      const second = await inbox(transport);
      await second.take(1);
      const third = await inbox(transport);
      // Where members own partitions, one that joins may have been given "a" with its partition: before "b", if at all.
      await send(transport, ["b"]);
      const after: string[] = [];
      while (!after.includes("b")) {
        await Promise.race([second.arrival(), third.arrival()]);
        for (const box of [second, third]) after.push(...textsOf(await box.take(box.waiting())));
      }
      // Neither rejects: the consumer would call it again for ever.
      await left?.retryAfter(0);
      await quiet();
      deepStrictEqual([second.waiting(), third.waiting()], [0, 0]);
      await left?.ack();
    }),
    law("[PSN-09] order by key is kept or refused", undefined, async (transport) => {
      const asked = inbox(transport, { ordering: "key" });
      if (transport.capabilities.ordersByKey) await asked;
      else await rejects(asked, { code: "ERR_CONFIG_CAPABILITY" });
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
        await transport.send(Array.from({ length: backlog }, (_, n) => message(`a${n}`, "a")));
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
        // Any of them, since nobody has asked for order yet.
        await before.take(1);
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
      // A transport that gives them one by one would give the third now.
      await quiet();
      strictEqual(box.waiting(), 0);
      box.subscription.pause();
      await first[0]?.ack();
      strictEqual(box.waiting(), 0);
      box.subscription.resume();
      deepStrictEqual(textsOf([...first, ...(await box.take(1))]).sort(), ["a", "b", "c"]);
    }),
    law("[PSN-12] a paused member gets nothing, however much there is, until it is resumed", "acknowledges", async (transport) => {
      const box = await inbox(transport, { prefetch: 1 });
      await send(transport, ["a"]);
      const [a] = await box.take(1);
      box.subscription.pause();
      await a?.ack();
      await send(transport, ["b"]);
      await quiet();
      strictEqual(box.waiting(), 0);
      box.subscription.resume();
      deepStrictEqual(textsOf(await box.take(1)), ["b"]);
    }),
    law("[REP-09] a vouched enqueue time lies between sending and now", "vouchesEnqueueTime", async (transport) => {
      const before = Date.now();
      await send(transport, ["a"]);
      const box = await inbox(transport);
      const [a] = await box.take(1);
      ok(a?.enqueuedAtMs !== undefined && a.enqueuedAtMs >= before && a.enqueuedAtMs <= Date.now());
    }),
    law(
      "[REP-09] a vouched enqueue time is that of sending, however late the message is taken or retried",
      "vouchesEnqueueTime",
      async (transport) => {
        const box = await inbox(transport);
        await send(transport, ["a"]);
        const sentAt = Date.now();
        const [first] = await box.take(1);
        await first?.retryAfter(DELAY_MS);
        const [second] = await box.take(1);
        for (const delivery of [first, second])
          ok(delivery?.enqueuedAtMs !== undefined && delivery.enqueuedAtMs <= sentAt, `${delivery?.enqueuedAtMs} is after ${sentAt}`);
      },
    ),
    ...(doom === undefined ? [] : processLaws(law, doom)),
  ];
}

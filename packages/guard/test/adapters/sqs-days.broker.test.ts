// What is taken and not settled, what SQS answers in part, and what is told when something fails.
import { setTimeout as after } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { SqsTransport } from "../../src/adapters/sqs.ts";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { meddled, open, seen, SHORT } from "./sqs-box.ts";
import { clientAt, freshPrefix, makeQueues } from "./sqs-queues.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 20_000, interval: 20 };
const SLOW = { timeout: 60_000 };

describeBroker("sqs", "SQS, from day to day", (url) => {
  const client = clientAt(url);

  describe("what is out", () => {
    test("[PSN-05] stays with a member that works for longer, and goes on when that is not heard of", SLOW, async () => {
      let deaf = false;
      const through = meddled(client, "changeMessageVisibilityBatch", (input, ask) =>
        deaf ? Promise.reject(new Error("the connection was closed")) : ask(input),
      );
      const { transport, prefix } = await open(client, { groups: ["g"] }, through);
      const first = await box(transport, { prefetch: 1 });
      await send(transport, ["a"]);
      const [a] = await first.take(1);
      const other = new SqsTransport(client, { groups: ["g"], prefix, ...SHORT });
      onTestFinished(() => other.close());
      const second = await box(other);
      await expect.poll(() => through.asked.get("changeMessageVisibilityBatch")?.length ?? 0, within).toBeGreaterThan(5);
      expect(second.waiting()).toBe(0);
      deaf = true;
      const [again] = await second.take(1);
      expect(textsOf([again!])).toEqual(["a"]);
      deaf = false;
      // Another has it: neither delays it for them nor settles it.
      await a!.retryAfter(30_000);
      await a!.ack();
      await again!.ack();
    });

    test("[PSN-03] a prolongation that is under way ends before the delay is written", SLOW, async () => {
      const { promise: gate, resolve: release } = Promise.withResolvers<void>();
      const { promise: beating, resolve: begun } = Promise.withResolvers<void>();
      const written: number[] = [];
      const through = meddled(client, "changeMessageVisibilityBatch", async (input, ask) => {
        const seconds = input.Entries[0].VisibilityTimeout;
        if (seconds === SHORT.visibilityMs / 1000) {
          begun();
          await gate;
        }
        const answer = await ask(input);
        written.push(seconds);
        return answer;
      });
      const { transport } = await open(client, { groups: ["g"] }, through);
      const { take } = await box(transport);
      await send(transport, ["a"]);
      const [a] = await take(1);
      await beating;
      const delayed = a!.retryAfter(30_000);
      release();
      await delayed;
      expect(written).toEqual([2, 30]);
    });

    test("[PSN-03] no delay reaches beyond twelve hours from when it was taken", SLOW, async () => {
      const clock = new TestClock(Date.now());
      const through = seen(client);
      const { transport } = await open(client, { groups: ["g"], clock }, through);
      const { take } = await box(transport);
      await send(transport, ["a"]);
      const [a] = await take(1);
      clock.advance(600);
      await a!.retryAfter(86_400_000);
      const { Entries } = through.asked.get("changeMessageVisibilityBatch")!.at(-1);
      expect(Entries[0].VisibilityTimeout).toBeGreaterThan(43_190);
      expect(Entries[0].VisibilityTimeout).toBeLessThan(43_200);
    });

    test("[PSN-01] a retry without a delay waits a second, so that it is not visible before what is new", SLOW, async () => {
      const through = seen(client);
      const { transport } = await open(client, { groups: ["g"], fifo: true }, through);
      const { take } = await box(transport, { prefetch: 1 });
      await send(transport, ["a"]);
      const [a] = await take(1);
      await a!.retryAfter(0);
      const { Entries } = through.asked.get("changeMessageVisibilityBatch")!.at(-1);
      expect(Entries[0].VisibilityTimeout).toBe(1);
    });

    test("[PSN-09] a key that is delayed holds up its own across members, and nobody else's", SLOW, async () => {
      const { transport } = await open(client, { groups: ["g"], fifo: true });
      const boxes = await Promise.all([box(transport, { ordering: "key", prefetch: 3 }), box(transport, { ordering: "key", prefetch: 3 })]);
      const seenOf = async (): Promise<string[]> => {
        const all = await Promise.all(boxes.map((one) => one.take(one.waiting())));
        return textsOf(all.flat());
      };
      await send(transport, ["a1", "a2"], "a");
      await expect.poll(() => boxes[0]!.waiting() + boxes[1]!.waiting(), within).toBe(1);
      const holder = boxes[0]!.waiting() === 1 ? boxes[0]! : boxes[1]!;
      const [a1] = await holder.take(1);
      await a1!.retryAfter(3000);
      await send(transport, ["b1"], "b");
      await expect.poll(() => boxes[0]!.waiting() + boxes[1]!.waiting(), within).toBe(1);
      expect(await seenOf()).toEqual(["b1"]);
      await expect.poll(() => boxes[0]!.waiting() + boxes[1]!.waiting(), within).toBe(1);
      expect(await seenOf()).toEqual(["a1"]);
    });

    test("what is settled together makes room together, and is asked for in one request", SLOW, async () => {
      const through = meddled(client, "receiveMessage", (input, ask) => ask(input));
      const { transport } = await open(client, { groups: ["g"] }, through);
      await transport.send(
        Array.from({ length: 200 }, (_, n) => ({ id: `m${n}`, destination: "orders", key: undefined, bytes: Buffer.from(String(n)) })),
      );
      const { take, waiting } = await box(transport, { prefetch: 20 });
      for (let done = 0; done < 200;) {
        const some = await take(Math.min(Math.max(waiting(), 1), 200 - done));
        done += some.length;
        await Promise.all(some.map((delivery) => delivery.ack()));
      }
      // One for each that is settled would be 150 and more.
      expect(through.asked.get("receiveMessage")!.length).toBeLessThan(60);
    });

    test("who has most of its work still out asks for the rest none the less", SLOW, async () => {
      const { transport } = await open(client, { groups: ["g"] });
      const { take } = await box(transport, { prefetch: 12 });
      await send(
        transport,
        Array.from({ length: 14 }, (_, n) => String(n)),
      );
      const first = await take(12);
      await first[0]!.ack();
      await first[1]!.ack();
      expect(await take(2)).toHaveLength(2);
    });

    test("[PSN-12] closing gives everything back at once, also what a waiting request is then given", SLOW, async () => {
      // On a slow way back: what was given back is in an answer before it is known to have been.
      const through = meddled(client, "receiveMessage", async (input, ask) => {
        const answer = await ask(input);
        await after(200);
        return answer;
      });
      const { transport, prefix } = await open(client, { groups: ["g"], visibilityMs: 600_000, waitMs: 20_000 }, through);
      const first = await box(transport);
      await send(transport, ["a", "b", "c"]);
      await first.take(3);
      const asked = through.asked.get("receiveMessage")!.length;
      await expect.poll(() => through.asked.get("receiveMessage")!.length, within).toBeGreaterThan(asked);
      await transport.close();
      const other = new SqsTransport(client, { groups: ["g"], prefix, ...SHORT });
      onTestFinished(() => other.close());
      expect(textsOf(await (await box(other)).take(3)).sort()).toEqual(["a", "b", "c"]);
    });

    test("[PSN-12] closing does not wait for a request that waits for messages", SLOW, async () => {
      const { transport } = await open(client, { groups: ["g"], waitMs: 20_000 });
      const { subscription } = await box(transport);
      const closingAt = performance.now();
      await subscription.close();
      expect(performance.now() - closingAt).toBeLessThan(5000);
    });

    test("[PSN-08] what a waiting request brings to a paused member goes back at once", SLOW, async () => {
      const { transport, prefix } = await open(client, { groups: ["g"], waitMs: 20_000, visibilityMs: 600_000 });
      const { subscription, waiting } = await box(transport);
      subscription.pause();
      await send(transport, ["a"]);
      const other = new SqsTransport(client, { groups: ["g"], prefix, ...SHORT });
      onTestFinished(() => other.close());
      expect(textsOf(await (await box(other)).take(1))).toEqual(["a"]);
      expect(waiting()).toBe(0);
    });
  });

  test("[PSN-04] bytes that are no text arrive as they were sent, and text goes as it is", SLOW, async () => {
    const { transport, queues } = await open(client, { groups: ["g"] });
    const noText = [Uint8Array.from({ length: 512 }, (_, n) => n % 256), new Uint8Array(0), Buffer.from("\uFFFE\uFEFF"), Buffer.from("=")];
    const sent = [...noText, Buffer.from("\uFEFFé\u{1F600}")];
    for (const bytes of sent) await transport.send([{ id: "x", destination: "orders", key: undefined, bytes }]);
    const { take, subscription } = await box(transport);
    const taken = (await take(sent.length)).map(({ bytes }) => Buffer.from(bytes).toString("hex"));
    expect(taken.sort()).toEqual(sent.map((bytes) => Buffer.from(bytes).toString("hex")).sort());
    await subscription.close();
    await client.purgeQueue({ QueueUrl: queues[0]! });
    // Of others: an attribute that is none of ours, or says what is not so.
    const foreign = { DataType: "String", StringValue: "base64" };
    await client.sendMessage({ QueueUrl: queues[0]!, MessageBody: "plain", MessageAttributes: { toString: foreign } });
    await client.sendMessage({ QueueUrl: queues[0]!, MessageBody: "!!", MessageAttributes: { "sallyport-encoding": foreign } });
    expect(textsOf(await (await box(transport)).take(2)).sort()).toEqual(["", "plain"]);
  });

  test("[REP-12] a queue that is deleted is said to be missing, and fetching goes on when it is there again", SLOW, async () => {
    const { transport, prefix, queues } = await open(client, { groups: ["g"] });
    const { take, told } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    await client.deleteQueue({ QueueUrl: queues[0]! });
    await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_REFUSED");
    await expect(send(transport, ["b"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
    await makeQueues(client, { prefix, groups: ["g"] });
    await send(transport, ["c"]);
    expect(textsOf(await take(1))).toEqual(["c"]);
    expect(told.at(-1)).toBeUndefined();
  });

  test("[DST-09] a destination that has no queue is refused, and none is made", SLOW, async () => {
    const transport = new SqsTransport(client, { groups: ["g"], prefix: freshPrefix() });
    const refused = { code: "ERR_TRANSPORT_REFUSED", remedy: expect.stringContaining("topology") as string };
    await expect(send(transport, ["a"])).rejects.toMatchObject(refused);
    await expect(box(transport)).rejects.toMatchObject(refused);
  });
});

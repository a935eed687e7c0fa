// A server that is down, killed, paused or cut off: nothing confirmed is lost, nothing is handled twice.
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { sqs } from "../../../../scripts/brokers/sqs.ts";
import { type SqsClient, SqsTransport } from "../../src/adapters/sqs.ts";
import { Consumer, contract, event, KeyRing, Publisher } from "../../src/index.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { ownServer } from "../own-server.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { clientAt, freshPrefix, makeQueues } from "./sqs-queues.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 30_000, interval: 20 };
const SLOW = { timeout: 120_000 };
const QUICK = { groups: ["g"], visibilityMs: 2000, waitMs: 1000, answerWithinMs: 1000 } as const;
const UNAVAILABLE = { code: "ERR_TRANSPORT_UNAVAILABLE" };

const opened = (client: SqsClient, prefix: string): SqsTransport => {
  const transport = new SqsTransport(client, { ...QUICK, prefix });
  onTestFinished(() => transport.close());
  return transport;
};

describeBroker("sqs", "A server of SQS", (url) => {
  test("[REP-12] [PUB-11] one that is killed is said to be unavailable, and has what it confirmed when it is back", SLOW, async () => {
    const server = await ownServer(sqs);
    const client = clientAt(server.url);
    const prefix = freshPrefix();
    await makeQueues(client, { prefix, groups: ["g"] });
    const transport = opened(client, prefix);
    const { take, told } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    await send(transport, ["b"]);
    const [b] = await take(1);
    await server.kill();
    await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
    await expect(send(transport, ["c"])).rejects.toMatchObject(UNAVAILABLE);
    await expect(b!.ack()).rejects.toMatchObject(UNAVAILABLE);
    await expect(b!.retryAfter(0)).rejects.toMatchObject(UNAVAILABLE);
    const other = opened(client, prefix);
    await expect(box(other)).rejects.toMatchObject(UNAVAILABLE);
    await server.restart();
    await b!.retryAfter(0);
    const [again] = await take(1);
    expect(textsOf([again!])).toEqual(["b"]);
    await again!.ack();
    await send(transport, ["d"]);
    expect(textsOf(await take(1))).toEqual(["d"]);
    expect(told.at(-1)).toBeUndefined();
  });

  test(
    "[REP-12] one that is paused is said to be unavailable, fetching goes on when it answers, and closing does not wait",
    SLOW,
    async () => {
      const server = await ownServer(sqs);
      const client = clientAt(server.url);
      const prefix = freshPrefix();
      await makeQueues(client, { prefix, groups: ["g"] });
      const transport = opened(client, prefix);
      const { take, told, subscription } = await box(transport);
      await send(transport, ["a"]);
      await (await take(1))[0]!.ack();
      server.signal("SIGSTOP");
      await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
      await expect(send(transport, ["b"])).rejects.toMatchObject(UNAVAILABLE);
      server.signal("SIGCONT");
      await send(transport, ["c"]);
      const seen: string[] = [];
      // What was sent meanwhile may have been taken after all.
      while (!seen.includes("c")) seen.push(...textsOf(await take(1)));
      expect(told.at(-1)).toBeUndefined();
      server.signal("SIGSTOP");
      const closingAt = performance.now();
      await subscription.close();
      expect(performance.now() - closingAt).toBeLessThan(5000);
      server.signal("SIGCONT");
    },
  );

  test("[REP-12] a way that swallows everything is noticed, and another is taken", SLOW, async () => {
    const proxy = await tcpProxy(url);
    const prefix = freshPrefix();
    await makeQueues(clientAt(url), { prefix, groups: ["g"] });
    const transport = opened(clientAt(proxy.url), prefix);
    const { take, told } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    proxy.swallow();
    await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
    // Each way that was taken before swallows one more request.
    const sending = (): Promise<string> =>
      send(transport, ["b"]).then(
        () => "sent",
        ({ code }: { code: string }) => code,
      );
    await expect.poll(sending, within).toBe("sent");
    expect(textsOf(await take(1))).toEqual(["b"]);
  });

  test(
    "[PSN-11] [REP-01] [PSN-14] cut off between effect and acknowledgement, it is acknowledged later and handled once",
    SLOW,
    async () => {
      const proxy = await tcpProxy(url);
      const prefix = freshPrefix();
      await makeQueues(clientAt(url), { prefix, groups: ["g"], destination: "notes" });
      const notes = contract({
        name: "notes",
        events: {
          "note.created": event({ description: "A note was written.", schema: z.strictObject({ n: z.number() }), destination: "notes" }),
        },
      });
      const keys = new KeyRing([keySpec()]);
      const transport = opened(clientAt(proxy.url), prefix);
      const publisher = new Publisher({ contract: notes, transport, keys, limits: new MemoryLimits(), ledger: new MemoryLedger() });
      const handled: number[] = [];
      let acknowledged = 0;
      const consumer = new Consumer({
        contract: notes,
        group: "g",
        transport,
        keys,
        claims: new MemoryClaims(),
        deadLetters: new MemoryDeadLetters(),
        handlers: { "note.created": ({ data: { n } }) => void handled.push(n) },
        observer: {
          at(point) {
            if (point === "consume:committed") proxy.cut();
            if (point === "consume:acknowledged") acknowledged++;
          },
        },
      });
      await consumer.start();
      for (let n = 0; n < 5; n++)
        await publishUntilTaken(() =>
          publisher.publish("note.created", { n }, { principal: { id: "p" }, origin: "service", idempotencyKey: `${n}` }),
        );
      // Copies are acknowledged, too: only the queue knows that all are.
      const admin = clientAt(url);
      const { QueueUrl } = await admin.getQueueUrl({ QueueName: `${prefix}__notes__g` });
      const left = async (): Promise<unknown> =>
        (await admin.getQueueAttributes({ QueueUrl: QueueUrl!, AttributeNames: ["All"] })).Attributes;
      const none = { ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "0" };
      // Its numbers are approximate, and nothing before it has counted what was sent.
      await expect.poll(() => acknowledged, { ...within, timeout: 90_000 }).toBeGreaterThanOrEqual(5);
      await expect.poll(left, { ...within, timeout: 90_000 }).toMatchObject(none);
      expect(handled.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4]);
      await consumer.drain(2000);
    },
  );
});

/** A call that is repeated goes out under the same id (PUB-10). */
async function publishUntilTaken(publish: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await publish());
    } catch (error) {
      expect(["ERR_TRANSPORT_UNAVAILABLE", "ERR_REQUEST_IN_FLIGHT"]).toContain((error as { code: string }).code);
    }
  }
}

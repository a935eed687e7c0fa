// What others do to streams and consumers, and what answers that are not the server's are worth.
import { headers } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import { NatsTransport } from "../../src/adapters/nats.ts";
import { describeBroker } from "../brokers.ts";
import { asked, meddling, opened, natsHouse } from "./nats-house.ts";
import { acknowledgedUntil, box, said, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };
const SLOW = { timeout: 60_000 };

describeBroker("nats", "NATS JetStream, what others do", (url) => {
  const house = natsHouse(url, "s");
  const { freshPrefix, open, infoOf } = house;
  const pendingOf = async (prefix: string): Promise<number> => (await infoOf(prefix)).num_ack_pending;
  test("[PUB-11] a message is stored however often its id was, and whatever somebody sent under it", async () => {
    const transport = await open();
    for (const text of ["a", "b"]) await transport.send([{ id: "same", destination: "orders", key: undefined, bytes: Buffer.from(text) }]);
    expect(textsOf(await (await box(transport)).take(2))).toEqual(["a", "b"]);
  });

  test.each([
    ["that it had it before", '{"stream":"s","seq":1,"duplicate":true}'],
    ["nothing", ""],
    ["something else", '{"hello":"world"}'],
  ])("[PUB-11] a stream that answers %s has confirmed nothing", async (_what, answer) => {
    const prefix = freshPrefix();
    const transport = await opened(house.connection, { prefix });
    await send(transport, ["first"]);
    await asked(house.connection, `STREAM.DELETE.${prefix}-orders`);
    const liar = house.connection.subscribe(`${prefix}.orders`, { callback: (_error, message) => void message.respond(answer) });
    await expect(send(transport, ["a"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    liar.unsubscribe();
  });

  test("[PSN-04] a message that looks like one of the server's is a message, and its key is no subject", async () => {
    const prefix = freshPrefix();
    const transport = await opened(house.connection, { prefix });
    for (const key of ["*", ">", "k>", "a.b", "", "k".repeat(2000)]) {
      const forged = headers(404, "No Messages");
      forged.set("Sallyport-Key", key);
      forged.set("Nats-Pending-Messages", "99");
      await house.connection.request(`${prefix}.orders`, "forged", { headers: forged, timeout: 5000 });
    }
    const { take } = await box(transport, { ordering: "key" });
    for (let n = 0; n < 6; n++) {
      const [delivery] = await take(1);
      expect(textsOf([delivery!])).toEqual(["forged"]);
      if (n % 2 === 0) await delivery!.ack();
      else await delivery!.retryAfter(1);
    }
    for (let n = 0; n < 3; n++) await (await take(1))[0]!.ack();
    await expect.poll(() => pendingOf(prefix), within).toBe(0);
  });

  test("[REP-09] what comes to an inbox from nobody's consumer is no delivery", async () => {
    const prefix = freshPrefix();
    const inboxPrefix = `_INBOX_${prefix}`;
    const heard: string[] = [];
    house.connection.subscribe(`$JS.API.CONSUMER.MSG.NEXT.${prefix}-orders.g`, {
      callback: (_error, { reply }) => void heard.push(reply!),
    });
    const transport = await opened(house.connection, { prefix, inboxPrefix });
    const { waiting, take } = await box(transport);
    await expect.poll(() => heard.length, within).toBeGreaterThan(0);
    for (const reply of [`$JS.ACK.other.g.1.1.1.1.0`, `$JS.ACK.${prefix}-orders.g.1.x.1.1.0`, "elsewhere", undefined])
      house.connection.publish(heard[0]!, "forged", reply === undefined ? {} : { reply });
    await send(transport, ["true"]);
    expect([textsOf(await take(1)), waiting()]).toEqual([["true"], 0]);
  });

  test.each([
    ["its consumer is removed", (prefix: string) => asked(house.connection, `CONSUMER.DELETE.${prefix}-orders.g`)],
    [
      "the stream is removed and declared anew",
      async (prefix: string) => {
        await asked(house.connection, `STREAM.DELETE.${prefix}-orders`);
        await opened(house.connection, { prefix });
      },
    ],
  ])("[REP-12] a member goes on when %s, and what it has can be settled", SLOW, async (_what, strike) => {
    const prefix = freshPrefix();
    const transport = await opened(house.connection, { prefix, answerWithinMs: 300 });
    const { take, told } = await box(transport, { prefetch: 1 });
    await send(transport, ["a"]);
    const [a] = await take(1);
    await strike(prefix);
    // Until there is somebody who hears of it.
    await expect.poll(() => said(a!.ack()), within).toBe("done");
    await send(transport, ["b"]);
    await acknowledgedUntil("b", take);
    expect(told.at(-1)).toBeUndefined();
  });

  test.each(["ack", "retryAfter"] as const)(
    "[REP-12] %s that is never answered is done when the server answers all else",
    SLOW,
    async (how) => {
      const prefix = freshPrefix();
      const meddled = await meddling(url);
      const transport = new NatsTransport(meddled.client, { prefix, answerWithinMs: 300 });
      onTestFinished(() => transport.close());
      await transport.declare("orders");
      const { take } = await box(transport, { prefetch: 1 });
      await send(transport, ["a", "b"]);
      const [a] = await take(1);
      meddled.isUnanswered = true;
      await (how === "ack" ? a!.ack() : a!.retryAfter(60_000));
      meddled.isUnanswered = false;
      const [b] = await take(1);
      expect(textsOf([b!])).toEqual(["b"]);
      await b!.ack();
      expect(await pendingOf(prefix)).toBe(how === "ack" ? 0 : 1);
    },
  );

  test("[PSN-01] messages removed while they are delayed hold nothing up", SLOW, async () => {
    const prefix = freshPrefix();
    const transport = await opened(house.connection, { prefix, reclaimAfterMs: 300 });
    const { take } = await box(transport, { ordering: "key", prefetch: 1 });
    await send(transport, ["a1", "a2"], "a");
    const [a1] = await take(1);
    await a1!.retryAfter(60_000);
    await asked(house.connection, `STREAM.MSG.DELETE.${prefix}-orders`, { seq: 1 });
    const [a2] = await take(1);
    expect(textsOf([a2!])).toEqual(["a2"]);
    await a2!.ack();
    await expect.poll(() => pendingOf(prefix), within).toBe(0);
  });
});

// What is sent to SQS, in batches of which each entry is looked at, and what it answers in part.
import { expect, test } from "vitest";
import { describeBroker } from "../brokers.ts";
import { meddled, open, seen } from "./sqs-box.ts";
import { clientAt } from "./sqs-queues.ts";
import { box, send, textsOf } from "./stream-box.ts";

const SLOW = { timeout: 60_000 };

describeBroker("sqs", "SQS, what is sent", (url) => {
  const client = clientAt(url);
  test("[PUB-11] [PUB-05] ten at a time, each named by its place, and nothing of a message in an attribute", SLOW, async () => {
    const through = seen(client);
    const { transport } = await open(client, { groups: ["g"] }, through);
    await send(
      transport,
      Array.from({ length: 25 }, (_, n) => String(n)),
      "CC\r\nX: y",
    );
    const batches = through.asked.get("sendMessageBatch")!;
    expect(batches.map(({ Entries }) => Entries.length)).toEqual([10, 10, 5]);
    expect(Object.keys(batches[0].Entries[0])).toEqual(["MessageBody", "Id"]);
    const { take } = await box(transport, { prefetch: 25 });
    expect(new Set(textsOf(await take(25))).size).toBe(25);
  });

  test("[PUB-11] a batch is bounded in bytes, and what is larger than its queue takes is refused alone", SLOW, async () => {
    const through = seen(client);
    const { transport } = await open(client, { groups: ["g"] }, through);
    const large = (id: string, bytes: number) => ({ id, destination: "orders", key: undefined, bytes: Buffer.alloc(bytes, "x") });
    await transport.send([large("1", 200_000), large("2", 200_000), large("3", 1_048_576), large("4", 10)]);
    expect(through.asked.get("sendMessageBatch")!.map(({ Entries }) => Entries.length)).toEqual([1, 1, 1, 1]);
    const refused = { code: "ERR_TRANSPORT_REFUSED", remedy: expect.stringContaining("maxBytes") as string };
    await expect(transport.send([large("5", 1_048_577)])).rejects.toMatchObject(refused);
  });

  test.each([
    ["the sender's fault", { SenderFault: true, Code: "InvalidMessageContents" }, "ERR_TRANSPORT_UNAVAILABLE"],
    ["SQS's own fault", { SenderFault: false, Code: "InternalError" }, "ERR_TRANSPORT_UNAVAILABLE"],
  ])("[PUB-11] one entry that fails by %s is not confirmed with the rest", SLOW, async (_what, fault, code) => {
    const through = meddled(client, "sendMessageBatch", async (input, ask) => {
      const answer = await ask({ ...input, Entries: input.Entries.filter(({ Id }: { Id: string }) => Id !== "1") });
      return { ...answer, Failed: [{ Id: "1", ...fault }] };
    });
    const { transport } = await open(client, { groups: ["g"] }, through);
    await expect(send(transport, ["a", "b", "c"])).rejects.toMatchObject({ code });
    const { take } = await box(transport);
    expect(textsOf(await take(2)).sort()).toEqual(["a", "c"]);
  });

  test("[PUB-11] all refused is a refusal; an entry of which nothing is said is not confirmed", SLOW, async () => {
    const answers = [
      { Failed: [{ Id: "0", SenderFault: true, Code: "AccessDenied" }] },
      { Successful: [{ Id: "1" }] },
      { Successful: [{ Id: "0" }] },
    ];
    const { transport } = await open(
      client,
      { groups: ["g"] },
      meddled(client, "sendMessageBatch", async () => answers.shift()),
    );
    await expect(send(transport, ["a"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
    await expect(send(transport, ["a"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    await send(transport, ["a"]);
  });

  test("[PUB-11] [REP-01] one group's queue that refuses leaves it open whether anything was published", SLOW, async () => {
    const through = meddled(client, "sendMessageBatch", (input, ask) =>
      input.QueueUrl.endsWith("__two") ? Promise.resolve({ Failed: [{ Id: "0", SenderFault: true, Code: "AccessDenied" }] }) : ask(input),
    );
    const { transport } = await open(client, { groups: ["one", "two"] }, through);
    await expect(send(transport, ["a"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    expect(textsOf(await (await box(transport, { group: "one" })).take(1))).toEqual(["a"]);
  });

  test("[REP-16] [REP-14] FIFO queues take the same bytes under one id once, and other bytes under it again", SLOW, async () => {
    const { transport } = await open(client, { groups: ["g"], fifo: true });
    const event = (text: string) => ({ id: "e", destination: "orders", key: "k", bytes: Buffer.from(text) });
    await transport.send([event("generation 0"), event("generation 0")]);
    await transport.send([event("generation 0"), event("generation 1")]);
    await send(transport, ["last"], "k");
    const { take } = await box(transport, { prefetch: 10 });
    expect(textsOf(await take(3))).toEqual(["generation 0", "generation 1", "last"]);
  });
});

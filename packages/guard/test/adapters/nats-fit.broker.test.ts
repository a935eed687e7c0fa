// Streams and consumers that would break a promise, refused with the command that mends them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describeBroker } from "../brokers.ts";
import { asked, opened } from "./nats-house.ts";
import { box, send, textsOf } from "./stream-box.ts";

let count = 0;
const freshPrefix = (): string => `f${process.pid}_${++count}`;
const DAY_NS = 86_400_000_000_000;
const refusedWith = (remedy: string): object => ({
  code: "ERR_CONFIG_CAPABILITY",
  remedy: expect.stringContaining(remedy) as string,
});

describeBroker("nats", "What NATS JetStream must be set to", (url) => {
  let connection: NatsConnection;
  beforeAll(async () => {
    connection = await connect({ servers: url, maxReconnectAttempts: -1 });
  });
  afterAll(() => connection.close());

  const streamOf = (prefix: string, settings: object): Promise<unknown> =>
    asked(connection, `STREAM.CREATE.${prefix}-orders`, {
      name: `${prefix}-orders`,
      subjects: [`${prefix}.orders`],
      retention: "limits",
      storage: "file",
      discard: "new",
      max_age: 7 * DAY_NS,
      num_replicas: 1,
      ...settings,
    });

  test.each([
    ["[DST-04] a stream that takes another subject, too", { subjects: ["SUBJECT", "SUBJECT.more"] }, "--subjects="],
    ["[DST-04] a stream that takes from another stream", { sources: [{ name: "other" }] }, "without mirror"],
    ["[PUB-11] a stream that confirms nothing", { no_ack: true }, "--ack"],
    ["[PUB-11] a stream that forgets what no group has asked for yet", { retention: "interest" }, "declare it anew"],
    ["[PUB-11] a stream that is for one group alone", { retention: "workqueue" }, "declare it anew"],
    ["[PUB-11] a stream that is in memory", { storage: "memory" }, "persists: false"],
    ["[PUB-11] a stream that drops the oldest when it is full", { discard: "old", max_bytes: 1024 }, "--discard=new"],
    ["[PUB-11] a stream that drops the oldest for the newest", { discard: "old", max_msgs_per_subject: 1 }, "--max-msgs-per-subject=-1"],
    ["[PUB-11] a stream that whoever publishes may empty", { allow_rollup_hdrs: true }, "--no-allow-rollup"],
    ["[REP-08] a stream that keeps for longer than ids are remembered", { max_age: 8 * DAY_NS }, "--max-age=604800000ms"],
    ["[REP-08] a stream that keeps for ever", { max_age: 0 }, "--max-age=604800000ms"],
    ["[REP-09] a stream that loses a backlog", { max_age: DAY_NS }, "--max-age=604800000ms"],
  ])("%s", async (_what, settings, remedy) => {
    const prefix = freshPrefix();
    await streamOf(prefix, JSON.parse(JSON.stringify(settings).replaceAll("SUBJECT", `${prefix}.orders`)) as object);
    const transport = await opened(connection, { prefix }, []);
    await expect(send(transport, ["a"])).rejects.toMatchObject(refusedWith(remedy));
    await expect(box(transport)).rejects.toMatchObject(refusedWith(remedy));
    await expect(transport.declare("orders")).rejects.toMatchObject(refusedWith(remedy));
    await expect(asked(connection, `CONSUMER.INFO.${prefix}-orders.g`), "nothing was created").rejects.toThrow("not found");
  });

  test("[PUB-11] a stream of fewer replicas than are asked for", async () => {
    const prefix = freshPrefix();
    await streamOf(prefix, {});
    const transport = await opened(connection, { prefix, replicas: 3 }, []);
    await expect(send(transport, ["a"])).rejects.toMatchObject(refusedWith("--replicas=3"));
  });

  test("one that was mended is taken at the next try, and what is said aloud is allowed", async () => {
    const prefix = freshPrefix();
    await streamOf(prefix, { storage: "memory", max_age: 0 });
    const transport = await opened(connection, { prefix, persists: false, retentionMs: Infinity }, []);
    await send(transport, ["a"]);
    expect(transport.capabilities).toMatchObject({ persists: false, retentionMs: undefined });
    const strict = await opened(connection, { prefix, persists: false }, []);
    await expect(send(strict, ["b"])).rejects.toMatchObject(refusedWith("--max-age="));
    const { config } = await asked<{ config: object }>(connection, `STREAM.INFO.${prefix}-orders`);
    await asked(connection, `STREAM.UPDATE.${prefix}-orders`, { ...config, max_age: 7 * DAY_NS });
    await send(strict, ["b"]);
    expect(textsOf(await (await box(strict)).take(2))).toEqual(["a", "b"]);
  });

  test.each([
    ["[PSN-11] a consumer that acknowledges by itself", { ack_policy: "none" }, "consumer rm"],
    ["[PSN-11] a consumer that acknowledges all before, too", { ack_policy: "all" }, "consumer rm"],
    ["[PSN-11] a consumer that passes over what came before", { deliver_policy: "new" }, "consumer rm"],
    ["[PSN-14] a consumer that drops what was delivered too often", { max_deliver: 5 }, "--max-deliver=-1"],
    ["[PSN-01] a consumer that stops for what is delayed", { max_ack_pending: 1000 }, "--max-pending=1000000"],
    ["[PSN-03] a consumer that has delays of its own", { max_deliver: 5, backoff: [1e9] }, "consumer rm"],
    ["[PSN-05] a consumer that gives to others what is worked on", { ack_wait: 1e9 }, "--wait=45000ms"],
    ["[PSN-11] a consumer that filters", { filter_subject: "SUBJECT" }, "consumer rm"],
    ["[PSN-11] a consumer that delivers no bytes", { headers_only: true }, "consumer rm"],
    ["[PSN-11] a consumer that is removed when nobody asks", { inactive_threshold: 3600e9 }, "consumer rm"],
    ["[PSN-01] a consumer that refuses to give as much as is asked for", { max_batch: 1 }, "--max-pull-batch=0"],
    ["[PSN-11] a consumer that pushes", { deliver_subject: "inbox.pushed", max_waiting: 0 }, "consumer rm"],
  ])("%s", async (_what, settings, remedy) => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix });
    const config = {
      durable_name: "g",
      ack_policy: "explicit",
      deliver_policy: "all",
      replay_policy: "instant",
      ack_wait: 45e9,
      max_deliver: -1,
      max_ack_pending: -1,
      ...(JSON.parse(JSON.stringify(settings).replaceAll("SUBJECT", `${prefix}.orders`)) as object),
    };
    await asked(connection, `CONSUMER.DURABLE.CREATE.${prefix}-orders.g`, { stream_name: `${prefix}-orders`, config });
    await send(transport, ["a"]);
    await expect(box(transport)).rejects.toMatchObject(refusedWith(remedy));
  });

  test("[PSN-09] a turn that would be over sooner than whoever has it thinks", async () => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix, reclaimAfterMs: 1000 });
    await transport.declare("orders", [{ name: "g", ordering: "key" }]);
    await asked(connection, `CONSUMER.DELETE.${prefix}-orders.g`);
    const other = await opened(connection, { prefix, reclaimAfterMs: 60_000 });
    await expect(box(other, { ordering: "key" })).rejects.toMatchObject(refusedWith("--wait=60000ms"));
  });

  test.each([
    ["[PSN-09] a turn that is gone while a member has it", { max_age: 60e9, duplicate_window: 60e9 }, "--max-age=0s"],
    ["[PSN-09] a turn beside another", { discard: "old", discard_new_per_subject: false }, "--discard-per-subject"],
    ["[PSN-09] a group that forgets what it has delayed", { storage: "memory" }, "stream rm"],
    ["[PSN-09] a turn among what is others'", { subjects: ["SUBJECT.turn", "SUBJECT.later.*.*", "SUBJECT.more"] }, "stream rm"],
  ])("%s", async (_what, settings, remedy) => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix });
    const stream = `${prefix}-orders=order=g`;
    const config = {
      name: stream,
      subjects: ["SUBJECT.turn", "SUBJECT.later.*.*"],
      retention: "limits",
      storage: "file",
      discard: "new",
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      ...settings,
    };
    const subject = `${prefix}.=order.orders.g`;
    await asked(connection, `STREAM.CREATE.${stream}`, JSON.parse(JSON.stringify(config).replaceAll("SUBJECT", subject)) as object);
    await expect(box(transport, { ordering: "key" })).rejects.toMatchObject(refusedWith(remedy));
    const found = await transport.examine("orders", [{ name: "g", ordering: "key" }]);
    expect(found.find(({ place }) => place === `the stream ${stream}`)?.mend).toContain(remedy);
  });

  test("what is refused again and again is asked for ever more seldom, and goes on when it is not refused any more", async () => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix });
    const config = { durable_name: "g", ack_policy: "explicit", deliver_policy: "all", ack_wait: 45e9, max_deliver: -1, max_waiting: 1 };
    await asked(connection, `CONSUMER.DURABLE.CREATE.${prefix}-orders.g`, {
      stream_name: `${prefix}-orders`,
      config: { ...config, max_ack_pending: -1 },
    });
    const first = await box(transport);
    const refusals: number[] = [];
    const reasons: (string | undefined)[] = [];
    const { promise: often, resolve } = Promise.withResolvers<void>();
    const second = await box(await opened(connection, { prefix }, []), {
      onFetch: (code, why) => {
        if (code !== undefined && reasons.push(why?.message) && refusals.push(Date.now()) === 4) resolve();
      },
    });
    await often;
    for (const reason of reasons) expect(reason).toMatch(/^NATS /);
    expect(refusals[3]! - refusals[0]!).toBeGreaterThan(300);
    await first.subscription.close();
    await send(transport, ["a"]);
    expect(textsOf(await second.take(1))).toEqual(["a"]);
  });

  test("[REP-08] a message is kept for as long as it is said, however short, and one that is delayed for longer is gone", async () => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix, retentionMs: 1000, reclaimAfterMs: 300 });
    const { take, waiting } = await box(transport, { ordering: "key" });
    await send(transport, ["a1"], "a");
    await (await take(1))[0]!.retryAfter(3_600_000);
    const state = async (): Promise<number> =>
      (await asked<{ state: { messages: number } }>(connection, `STREAM.INFO.${prefix}-orders`)).state.messages;
    await expect.poll(state, { timeout: 10_000, interval: 50 }).toBe(0);
    await send(transport, ["a2"], "a");
    expect([textsOf(await take(1)), waiting()]).toEqual([["a2"], 0]);
  });

  describe("what is not there", () => {
    test("[PUB-11] a stream that was not declared is refused, and taken when it is", async () => {
      const transport = await opened(connection, { prefix: freshPrefix() }, []);
      const refused = { code: "ERR_TRANSPORT_REFUSED", remedy: expect.stringContaining("Declare") as string };
      await expect(send(transport, ["a"])).rejects.toMatchObject(refused);
      await expect(box(transport)).rejects.toMatchObject(refused);
      await transport.declare("orders");
      await send(transport, ["a"]);
    });

    test("[PUB-11] a stream that was removed since", async () => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix });
      await send(transport, ["a"]);
      await asked(connection, `STREAM.DELETE.${prefix}-orders`);
      await expect(send(transport, ["b"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
    });
  });

  describe("what does not fit", () => {
    test("[PUB-11] a message larger than the server takes, and one larger than the stream takes", async () => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix });
      const { config } = await asked<{ config: object }>(connection, `STREAM.INFO.${prefix}-orders`);
      await asked(connection, `STREAM.UPDATE.${prefix}-orders`, { ...config, max_msg_size: 1000 });
      const refused = { code: "ERR_TRANSPORT_REFUSED", message: expect.stringContaining("larger") as string };
      await expect(send(transport, ["x".repeat(2000)])).rejects.toMatchObject(refused);
      await expect(send(transport, ["x".repeat(connection.info!.max_payload + 1)])).rejects.toMatchObject(refused);
      await send(transport, ["a"]);
      expect(textsOf(await (await box(transport)).take(1))).toEqual(["a"]);
    });

    test("[PUB-11] a message for which a full stream has no room, and a batch of which some found one", async () => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix });
      const { config } = await asked<{ config: object }>(connection, `STREAM.INFO.${prefix}-orders`);
      await asked(connection, `STREAM.UPDATE.${prefix}-orders`, { ...config, max_msgs: 2 });
      await send(transport, ["a"]);
      await expect(send(transport, ["b", "c"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      await expect(send(transport, ["d"])).rejects.toMatchObject({
        code: "ERR_TRANSPORT_REFUSED",
        message: expect.stringContaining("full") as string,
      });
      expect(textsOf(await (await box(transport)).take(2))).toEqual(["a", "b"]);
    });
  });
});

// A beanstalkd that ends under the transport, lacks a binlog or does not answer.
import { expect, test, vi } from "vitest";
import { describeBroker } from "../../packages/guard/test/brokers.ts";
import { ownServer } from "../../packages/guard/test/own-server.ts";
import { beanstalkd, beanstalkdWith } from "../../scripts/brokers/beanstalkd.ts";
import { collect, connector, message, opened, saying, texts } from "./box.ts";

describeBroker("beanstalkd", "a transport over a beanstalkd that ends, lacks a binlog or does not answer", () => {
  test("[PUB-11] [PSN-03] what was confirmed outlives the broker, with its delay, and what is acknowledged stays gone", async () => {
    const server = await ownServer(beanstalkd);
    const transport = opened({ connect: connector(server.url) });
    const held = await collect(transport);
    await transport.send(["kept", "late", "done"].map(saying));
    await vi.waitFor(() => expect(held).toHaveLength(3));
    const [kept, late, done] = held.splice(0);
    const askedAt = performance.now();
    await late!.retryAfter(3000);
    await done!.ack();
    await server.restart();
    await vi.waitFor(() => expect(texts(held)).toEqual(["kept", "late"]), 15_000);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(2990);
    // Of before the restart, when an id may be another's: nothing is done.
    await kept!.ack();
    for (const delivery of held.splice(0)) await delivery.ack();
    await server.restart();
    await vi.waitFor(() => transport.send([saying("new")]), 5000);
    await vi.waitFor(() => expect(texts(held)).toEqual(["new"]), 15_000);
  });

  test("[REP-12] a broker that is down at first refuses neither for good", async () => {
    const server = await ownServer(beanstalkd);
    await server.kill();
    const transport = opened({ connect: connector(server.url) });
    await expect(transport.send([message])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    await expect(collect(transport)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    await server.restart();
    const held = await collect(transport);
    await transport.send([message]);
    await vi.waitFor(() => expect(held).toHaveLength(1));
  });

  test("[PUB-11] what a broker that is being emptied does not take is not confirmed", async () => {
    const server = await ownServer(beanstalkd);
    const transport = opened({ connect: connector(server.url) });
    await transport.send([message]);
    server.signal("SIGUSR1");
    await vi.waitFor(() => expect(transport.send([message])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" }));
  });

  test("a broker that keeps its jobs in memory alone is refused, with what mends it", async () => {
    const server = await ownServer(beanstalkdWith(() => []));
    const transport = opened({ connect: connector(server.url) });
    const refusal = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining("beanstalkd -b") };
    await expect(transport.send([message])).rejects.toMatchObject(refusal);
    await expect(collect(transport)).rejects.toMatchObject(refusal);
  });

  test("[REP-12] what is not answered is not waited for for ever, and closing does not fail for it", async () => {
    const server = await ownServer(beanstalkd);
    const transport = opened({ connect: connector(server.url), answerMs: 2000 });
    const told: unknown[] = [];
    const held = await collect(transport, { onFetch: (failure) => told.push(failure) });
    await transport.send([message]);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    server.signal("SIGSTOP");
    const outcomes = await Promise.allSettled([transport.send([message]), held[0]!.ack()]);
    const unavailable = { status: "rejected", reason: expect.objectContaining({ code: "ERR_TRANSPORT_UNAVAILABLE" }) };
    expect(outcomes).toEqual([unavailable, unavailable]);
    // Nobody knows whether it was recorded. Asked again, the lease is known to be lost.
    await held[0]!.ack();
    await vi.waitFor(() => expect(told).toContain("ERR_TRANSPORT_UNAVAILABLE"), 8000);
    await transport.close();
    server.signal("SIGCONT");
  });
});

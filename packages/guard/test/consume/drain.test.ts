// How a consumer begins and how it ends.
import { describe, expect, test } from "vitest";
import { Consumer, type SallyportError, unavailable } from "../../src/index.ts";
import { house, type House, settle } from "../house.ts";
import { capabilities, CountingClock, deliveryOf, HandedTransport, keys, sealed, START_MS } from "./parts.ts";

const handlers = { "note.created": () => undefined, "note.shared": () => undefined } as const;

interface Bench {
  readonly home: House;
  readonly broker: HandedTransport;
  readonly clock: CountingClock;
  readonly consumer: ReturnType<House["consumer"]>;
}

async function started(options: Parameters<House["consumer"]>[1] = {}): Promise<Bench> {
  const home = house();
  const broker = new HandedTransport();
  const clock = new CountingClock(START_MS);
  const consumer = home.consumer(handlers, { transport: broker, clock, keys, ...options });
  await consumer.start();
  return { home, broker, clock, consumer };
}

const states = ({ subscriptions }: HandedTransport): [boolean, boolean][] => subscriptions.map(({ fetches, closed }) => [fetches, closed]);

describe("[PSN-12] a drain", () => {
  test("of an idle consumer stops fetching, closes every subscription and leaves no timer behind", async () => {
    const { broker, clock, consumer } = await started();
    expect(states(broker)).toEqual([
      [true, false],
      [true, false],
    ]);
    await consumer.drain(5000);
    expect(states(broker)).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(clock.pending).toBe(0);
  });

  test("stops fetching at once, and closes when what is in work is done", async () => {
    const gate = Promise.withResolvers<void>();
    const log: string[] = [];
    const { broker, clock, consumer } = await started({ handlers: { "note.created": () => gate.promise } });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    const drained = consumer.drain(5000).then(() => log.push("drained"));
    clock.advance(4999);
    await settle();
    expect([states(broker), log]).toEqual([[[false, false]], []]);
    gate.resolve();
    await drained;
    expect([states(broker), log, clock.pending]).toEqual([[[false, true]], ["ack", "drained"], 0]);
  });

  test("is not undone when what did not answer answers: fetching does not begin again", async () => {
    const log: string[] = [];
    let down = true;
    const { broker, home, clock, consumer } = await started({
      handlers: { "note.created": () => undefined },
      deadLetters: {
        put: () => (down ? Promise.reject(new Error("disk full")) : Promise.resolve()),
      } as unknown as House["deadLetters"],
    });
    broker.deliver([deliveryOf(Buffer.from("junk"), log)]);
    await settle();
    expect(consumer.held).toBe(true);
    let resumed = 0;
    for (const subscription of broker.subscriptions) subscription.resume = () => void resumed++;
    const drained = consumer.drain(5000);
    down = false;
    clock.advance(100);
    await drained;
    expect([resumed, log, home.trail.length, consumer.held]).toEqual([0, ["ack"], 1, false]);
  });

  test("ends at its deadline, with what is not done given back", async () => {
    const log: string[] = [];
    const { broker, clock, consumer } = await started({ handlers: { "note.created": () => new Promise<never>(() => undefined) } });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    const drained = consumer.drain(5000);
    clock.advance(5000);
    await drained;
    expect([log, clock.pending]).toEqual([["retry after 0"], 0]);
  });

  test("ends what waits for an answer", async () => {
    const log: string[] = [];
    const claims = { name: "down", persists: false, claim: () => Promise.reject(new Error("down")), change: () => expect.unreachable() };
    const { broker, clock, consumer } = await started({ claims });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    const drained = consumer.drain(50);
    clock.advance(50);
    await drained;
    expect([log, clock.pending]).toEqual([[], 0]);
  });

  test("is not over while a store is still storing, even past its deadline", async () => {
    const stored = Promise.withResolvers<void>();
    const log: string[] = [];
    const claims = { name: "down", persists: false, claim: () => Promise.reject(new Error("down")), change: () => expect.unreachable() };
    const deadLetters = { put: () => stored.promise } as unknown as House["deadLetters"];
    const { broker, clock, consumer } = await started({ claims, deadLetters });
    broker.deliver([deliveryOf(Buffer.from("junk"), log), deliveryOf(sealed(), log)]);
    await settle();
    const drained = consumer.drain(50).then(() => log.push("drained"));
    clock.advance(50);
    await settle();
    expect(log).toEqual([]);
    stored.resolve();
    await drained;
    expect(log).toEqual(["ack", "drained"]);
  });

  test("takes nothing that was still being fetched: it goes back with its subscription, and no claim of it is left behind", async () => {
    const claimed: unknown[] = [];
    const claims = {
      name: "seen",
      persists: false,
      claim: async (all: readonly unknown[]) => (claimed.push(...all), []),
      change: async () => [],
    };
    const { broker, clock, consumer } = await started({ claims });
    for (const subscription of broker.subscriptions) subscription.close = async () => broker.deliver([deliveryOf(sealed())]);
    await consumer.drain(5000);
    await settle();
    expect([claimed, clock.pending]).toEqual([[], 0]);
  });

  test("while the consumer is starting leaves nothing open", async () => {
    const broker = new HandedTransport();
    const consumer = house().consumer(handlers, { transport: broker, keys });
    const start = consumer.start();
    await consumer.drain(5000);
    await start;
    expect(broker.subscriptions.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test("ends an open breaker's wait", async () => {
    const { broker, clock, consumer } = await started({ handlers: { "note.created": () => unavailable() } });
    broker.deliver([deliveryOf(sealed())]);
    await settle();
    expect(clock.pending).toBe(1);
    await consumer.drain(50);
    expect(clock.pending).toBe(0);
  });

  test("before a start has nothing to do", async () => {
    await house().consumer(handlers).drain(50);
  });

  test("remembers nothing of what is done: a second one has nothing to wait for", async () => {
    const { broker, consumer } = await started();
    for (let turn = 0; turn < 3; turn++) broker.deliver([deliveryOf(sealed())]);
    await consumer.drain(5000);
    await consumer.drain(5000);
    expect(states(broker)).toEqual([
      [false, true],
      [false, true],
    ]);
  });
});

describe("a start", () => {
  test("is held back while something does not answer", async () => {
    const { consumer, broker } = await started({ trail: { append: () => Promise.reject(new Error("down")) } });
    expect(consumer.held).toBe(false);
    broker.deliver([deliveryOf(Buffer.from("junk"))]);
    await settle();
    expect([consumer.held, states(broker).every(([fetches]) => !fetches)]).toEqual([true, true]);
  });

  test("[PUB-14] without a word on hops takes eight", async () => {
    const { home, broker } = await started();
    broker.deliver([deliveryOf(sealed({ hop: 8 })), deliveryOf(sealed({ id: "e2", hop: 9 }))]);
    await settle();
    expect(await home.deadLetters.list({}, { limit: 10 })).toMatchObject([{ code: "ERR_POLICY_HOPS", event: { id: "e2" } }]);
  });

  test("without a trail, an observer or a clock of the caller's works all the same", async () => {
    const home = house();
    const broker = new HandedTransport();
    const log: string[] = [];
    const { contract, claims, deadLetters } = home;
    const bare = { contract, claims, deadLetters, keys, transport: broker, group: "workers" };
    await new Consumer({ ...bare, handlers: { "note.created": () => void log.push("handled") } }).start();
    const time = new Date().toISOString();
    broker.deliver([deliveryOf(sealed({ time }), log, { enqueuedAtMs: Date.now() })]);
    await settle();
    expect(log).toEqual(["handled", "ack"]);
  });

  test("[PSN-11] on a transport that cannot acknowledge is refused, with what to do", () => {
    const transport = Object.assign(new HandedTransport(), { capabilities: { ...capabilities, acknowledges: false } });
    let refusal: SallyportError | undefined;
    try {
      house().consumer(handlers, { transport });
    } catch (error) {
      refusal = error as SallyportError;
    }
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringMatching(/transport/) });
    expect(refusal?.message).toContain("handed");
  });

  test("[PSN-12] that cannot receive from one destination receives from none, and can be tried again", async () => {
    const broker = new HandedTransport();
    const receive = broker.receive.bind(broker);
    let down = true;
    broker.receive = (options, onDeliveries) => {
      if (down && options.destination !== "notes") throw new Error("locked");
      return receive(options, onDeliveries);
    };
    const consumer = house().consumer(handlers, { transport: broker, keys });
    await expect(consumer.start()).rejects.toThrow("locked");
    down = false;
    await consumer.start();
    expect(broker.subscriptions.map(({ closed }) => closed)).toEqual([true, false, false]);
  });

  test("[DST-05] with a handler that is not there is as without it", async () => {
    const absent = { "note.created": () => undefined, "note.shared": undefined } as unknown as typeof handlers;
    const { broker } = await started({ handlers: absent });
    expect(broker.received.map(({ destination }) => destination)).toEqual(["notes"]);
  });

  test("[REP-08] on a broker that keeps messages for ever takes none older than ids are kept for", async () => {
    const transport = Object.assign(new HandedTransport(), { capabilities: { ...capabilities, retentionMs: undefined } });
    expect(() => house().consumer(handlers, { transport })).toThrow(expect.objectContaining({ code: "ERR_CONFIG_RETENTION_SHORT" }));
    const { home, clock } = await started({ transport, policy: { rememberMs: 1_000_000 } });
    clock.advance(1_000_000);
    transport.deliver([deliveryOf(sealed())]);
    await settle();
    expect(await home.deadLetters.list({}, { limit: 10 })).toMatchObject([{ code: "ERR_ENVELOPE_STALE" }]);
  });

  test("[REP-08] takes what the broker's retention allows, and nothing that is older", async () => {
    const { home, broker, clock } = await started();
    clock.advance(3_600_000);
    broker.deliver([deliveryOf(sealed())]);
    await settle();
    clock.advance(1);
    broker.deliver([deliveryOf(sealed({ id: "e2" }))]);
    await settle();
    expect(await home.deadLetters.list({}, { limit: 10 })).toMatchObject([{ code: "ERR_ENVELOPE_STALE", event: { id: "e2" } }]);
  });
});

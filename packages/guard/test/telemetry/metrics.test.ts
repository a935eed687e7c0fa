// What is counted, and what is never told: payloads, actors and other people's words.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reject, retry } from "../../src/index.ts";
import { METRICS } from "../../src/telemetry/index.ts";
import { alice, house, type House, note, raw, settle } from "../house.ts";
import { recorded, type Recorded } from "./recorded.ts";

const open = (): { home: House; seen: Recorded; watching: Pick<Recorded, "observer"> } => {
  const home = house();
  const seen = recorded(home.clock);
  return { home, seen, watching: { observer: seen.observer } };
};
const refusalOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
const point = (value: number, attributes: Record<string, unknown>): unknown => ({ value, attributes });

describe("what is counted", () => {
  test("decisions of the publish door, by reason and event", async () => {
    const { home, seen, watching } = open();
    const publisher = home.publisher(watching);
    await publisher.publish("note.created", note(), alice);
    await publisher.publish("note.created", note(), alice);
    await refusalOf(publisher.publishUntyped("note.created", { noteId: 1 }, alice));
    expect(await seen.metric(METRICS.published.name)).toEqual([
      point(1, { "sallyport.decision": "published", "cloudevents.event_type": "note.created" }),
      point(1, { "sallyport.decision": "repeated", "cloudevents.event_type": "note.created" }),
      point(1, { "sallyport.decision": "refused", "error.type": "ERR_REQUEST_INVALID", "cloudevents.event_type": "note.created" }),
    ]);
  });

  test("[PUB-01] an event that is not in the contract names no label: labels are as many as events", async () => {
    const { home, seen, watching } = open();
    for (const type of ["a", "b", "__proto__"]) await refusalOf(home.publisher(watching).publishUntyped(type, {}, alice));
    expect(await seen.metric(METRICS.published.name)).toEqual([
      point(3, { "sallyport.decision": "refused", "error.type": "ERR_REQUEST_EVENT_UNKNOWN" }),
    ]);
  });

  test("dead letters, by code", async () => {
    const { home, seen, watching } = open();
    await home.consumer({ "note.created": ({ data }) => (data.noteId === "bad" ? reject("no") : undefined) }, watching).start();
    const publisher = home.publisher();
    await publisher.publish("note.created", note("good"), alice);
    await publisher.publish("note.created", note("bad"), alice);
    await home.transport.send([raw("junk"), raw("{}")]);
    await settle();
    const dead = { "sallyport.decision": "dead-letter" };
    const type = { "cloudevents.event_type": "note.created" };
    const points = await seen.metric(METRICS.consumed.name);
    expect(points).toHaveLength(4);
    expect(points).toEqual(
      expect.arrayContaining([
        point(1, { "sallyport.decision": "committed", ...type }),
        point(1, { ...dead, "error.type": "ERR_POLICY_REJECTED", ...type }),
        point(1, { ...dead, "error.type": "ERR_ENVELOPE_MALFORMED" }),
        point(1, { ...dead, "error.type": "ERR_ENVELOPE_UNSIGNED" }),
      ]),
    );
  });

  test("[DST-05] a type that the consumer does not take names no label", async () => {
    const { home, seen, watching } = open();
    await home.consumer({ "note.created": () => undefined }, watching).start();
    const call = { ...alice, approve: async () => "approved" as const };
    await home.publisher().publish("note.removed", { noteId: "n1" }, call);
    await settle();
    expect(await seen.metric(METRICS.consumed.name)).toEqual([
      point(1, { "sallyport.decision": "dead-letter", "error.type": "ERR_POLICY_TYPE" }),
    ]);
  });

  test("a copy and a retry, each as what it is", async () => {
    const { home, seen, watching } = open();
    await home.consumer({ "note.created": (_event, { attempt }) => (attempt === 1 ? retry(10) : undefined) }, watching).start();
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    home.clock.advance(5000);
    await settle();
    await home.transport.send(home.transport.sent.slice(0, 1));
    await settle();
    const decisions = (await seen.metric(METRICS.consumed.name)).map(({ attributes }) => attributes["sallyport.decision"]);
    expect(decisions).toEqual(["retry", "committed", "duplicate"]);
    expect(await seen.metric(METRICS.delivered.name)).toMatchObject([{ value: 2 }]);
  });

  test("how long sending and attempts take, in seconds", async () => {
    const { home, seen, watching } = open();
    const gate = Promise.withResolvers<void>();
    await home.consumer({ "note.created": () => gate.promise }, watching).start();
    await home.publisher(watching).publish("note.created", note(), alice);
    await settle();
    home.clock.advance(2500);
    gate.resolve();
    await settle();
    const common = { "messaging.system": "memory", "messaging.destination.name": "notes", "cloudevents.event_type": "note.created" };
    expect(await seen.metric(METRICS.processDuration.name)).toMatchObject([
      {
        value: { sum: 2.5, count: 1 },
        attributes: { ...common, "messaging.operation.name": "process", "messaging.consumer.group.name": "workers" },
      },
    ]);
    expect(await seen.metric(METRICS.sendDuration.name)).toMatchObject([
      { value: { sum: 0, count: 1 }, attributes: { ...common, "messaging.operation.name": "send" } },
    ]);
  });

  test("a consumer that is stopped while it is held is held no more", async () => {
    const { home, seen, watching } = open();
    home.claims.claim = () => Promise.reject(new Error("down"));
    const consumer = home.consumer({ "note.created": () => undefined }, watching);
    await consumer.start();
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    expect(await seen.metric(METRICS.held.name)).toMatchObject([{ value: 1 }]);
    const drained = consumer.drain(10);
    home.clock.advance(10);
    await drained;
    expect(await seen.metric(METRICS.held.name)).toMatchObject([{ value: 0 }]);
  });

  test("a consumer that finds the store down when it is stopped is held no more, however often it is stopped", async () => {
    const { home, seen, watching } = open();
    home.claims.change = () => Promise.reject(new Error("down"));
    const consumer = home.consumer({ "note.created": () => new Promise<never>(() => undefined) }, watching);
    await consumer.start();
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    const drained = consumer.drain(10);
    home.clock.advance(10);
    await drained;
    expect(seen.span("process notes").attributes).toMatchObject({ "sallyport.decision": "unsettled" });
    expect(await seen.metric(METRICS.held.name)).toMatchObject([{ value: 0 }]);
    await consumer.drain(10);
    expect(await seen.metric(METRICS.held.name)).toMatchObject([{ value: 0 }]);
  });
});

describe("what is never told", () => {
  const MARK = "MARKER-8b1f";

  test("[PUB-12] [PSN-10] nothing of the data, of the actor or of an error's text is in any span or metric", async () => {
    const fate = fc.constantFrom("fine", "throw", "reject", "retry", "malformed", "unknown-key", "forged");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fate, fc.string({ maxLength: 20 })), { minLength: 1, maxLength: 4 }), async (calls) => {
        const { home, seen, watching } = open();
        const fates = new Map(calls.map(([what], index) => [`${MARK}-${index}`, what]));
        const handler = ({ data }: { data: { noteId: string; text: string } }) => {
          const what = fates.get(data.noteId);
          if (what === "throw") throw new Error(data.text);
          return what === "reject" ? reject(data.text) : what === "retry" ? retry() : undefined;
        };
        await home.consumer({ "note.created": handler }, watching).start();
        const call = { principal: { id: MARK, tenant: "acme" }, origin: "llm" } as const;
        for (const [index, [what, text]] of calls.entries()) {
          const data = { noteId: `${MARK}-${index}`, text: MARK + text, ...(what === "unknown-key" && { [MARK]: MARK }) };
          await refusalOf(home.publisher(watching).publishUntyped("note.created", data, call));
          if (what === "malformed") await home.transport.send([raw(`{"${MARK}":`)]);
          if (what === "forged") await home.transport.send([raw(JSON.stringify({ type: MARK, id: MARK, traceparent: MARK, data }))]);
        }
        await settle();
        home.clock.advance(400_000);
        await settle();
        expect(seen.spans().length + (await seen.metric(METRICS.published.name)).length).toBeGreaterThan(0);
        expect(await seen.everything()).not.toContain(MARK);
      }),
      { numRuns: 40 },
    );
  });
});

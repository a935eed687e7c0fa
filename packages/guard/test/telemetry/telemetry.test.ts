// Spans and metrics, as the real OpenTelemetry SDK exports them.
import * as api from "@opentelemetry/api";
import { describe, expect, expectTypeOf, test } from "vitest";
import { DeadLetterDesk, OPERATE_SCOPE, reject, retry, unavailable } from "../../src/index.ts";
import { METRICS, type Meter, type OpenTelemetryApi, telemetry, type Tracer } from "../../src/telemetry/index.ts";
import { alice, house, type House, note, raw, RecordingTransport, settle } from "../house.ts";
import { recorded, type Recorded } from "./recorded.ts";

const open = (): { home: House; seen: Recorded; watching: Pick<Recorded, "observer"> } => {
  const home = house();
  const seen = recorded(home.clock);
  return { home, seen, watching: { observer: seen.observer } };
};
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const traceparentOf = ({ traceId, spanId }: api.SpanContext): string => `00-${traceId}-${spanId}-01`;
const envelopeOf = ({ sent }: RecordingTransport): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(sent[0]?.bytes)) as Record<string, unknown>;

/** Time passes in steps, and everything that can happen in between does. */
async function play(home: House, steps: number, stepMs = 5000): Promise<void> {
  for (let step = 0; step < steps; step++) {
    home.clock.advance(stepMs);
    await settle();
  }
}

describe("sending", () => {
  test("is a PRODUCER span, a child of what is active, and its context travels with the event", async () => {
    const { home, seen, watching } = open();
    const tool = seen.tracer.startSpan("tool");
    const receipt = await api.context.with(api.trace.setSpan(api.context.active(), tool), () =>
      home.publisher(watching).publish("note.created", note(), alice),
    );
    const span = seen.span("send notes");
    expect(span.kind).toBe(api.SpanKind.PRODUCER);
    expect(span.parentSpanContext?.spanId).toBe(tool.spanContext().spanId);
    expect(span.status.code).toBe(api.SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      "messaging.system": "memory",
      "messaging.operation.name": "send",
      "messaging.operation.type": "send",
      "messaging.destination.name": "notes",
      "messaging.message.id": receipt.id,
      "messaging.message.conversation_id": receipt.id,
      "messaging.message.body.size": JSON.stringify(note()).length,
      "cloudevents.event_type": "note.created",
      "sallyport.decision": "sent",
    });
    expect(span.events.map(({ name }) => name)).toEqual(["publish:before-send", "publish:after-send"]);
    expect(envelopeOf(home.transport)["traceparent"]).toBe(traceparentOf(span.spanContext()));
  });

  test("names a tenant's destination by its template, so that names are as many as events", async () => {
    const { home, seen, watching } = open();
    await home.publisher(watching).publish("note.shared", { noteId: "n1" }, alice);
    expect(seen.span("send shares.{tenant}").attributes).toMatchObject({
      "messaging.destination.name": "shares.acme",
      "messaging.destination.template": "shares.{tenant}",
    });
    const [{ attributes } = { attributes: {} }] = await seen.metric(METRICS.sent.name);
    expect(attributes).toMatchObject({ "messaging.destination.template": "shares.{tenant}" });
    expect(attributes).not.toHaveProperty(["messaging.destination.name"]);
  });

  test("that the broker did not confirm ends with its code, and never with the broker's text", async () => {
    const { home, seen, watching } = open();
    home.transport.fail = new Error("password=hunter2");
    await expect(home.publisher(watching).publish("note.created", note(), alice)).rejects.toMatchObject({
      code: "ERR_TRANSPORT_UNAVAILABLE",
    });
    const span = seen.span("send notes");
    expect(span.status).toEqual({ code: api.SpanStatusCode.ERROR });
    expect(span.attributes).toMatchObject({ "error.type": "ERR_TRANSPORT_UNAVAILABLE", "sallyport.decision": "failed" });
    expect(await seen.metric(METRICS.sent.name)).toMatchObject([{ value: 1, attributes: { "error.type": "ERR_TRANSPORT_UNAVAILABLE" } }]);
    expect(await seen.everything()).not.toContain("hunter2");
  });

  test("the caller's traceparent is the parent where no span is active, and only there", async () => {
    const { home, seen, watching } = open();
    const publisher = home.publisher(watching);
    const call = { ...alice, traceparent: `00-${TRACE}-${SPAN}-01` };
    await publisher.publish("note.created", note("a"), call);
    const tool = seen.tracer.startSpan("tool");
    await api.context.with(api.trace.setSpan(api.context.active(), tool), () => publisher.publish("note.created", note("b"), call));
    const parents = [0, 1].map((nth) => seen.span("send notes", nth).parentSpanContext);
    expect(parents.map((parent) => parent?.spanId)).toEqual([SPAN, tool.spanContext().spanId]);
    expect(parents[0]).toMatchObject({ traceId: TRACE, isRemote: true });
  });

  test.each([
    "",
    "junk",
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\r\nx: y`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  ])("a caller's traceparent that is not one is ignored: %j", async (traceparent) => {
    const { home, seen, watching } = open();
    await home.publisher(watching).publish("note.created", note(), { ...alice, traceparent });
    expect(seen.span("send notes").parentSpanContext).toBeUndefined();
    expect(envelopeOf(home.transport)["traceparent"]).toBe(traceparentOf(seen.span("send notes").spanContext()));
  });
});

describe("an attempt", () => {
  test("is a CONSUMER span in a trace of its own, linked to the span that sent the event", async () => {
    const { home, seen, watching } = open();
    await home.consumer({ "note.created": () => undefined }, watching).start();
    const receipt = await home.publisher(watching).publish("note.created", note(), alice);
    await settle();
    const [sent, span] = [seen.span("send notes"), seen.span("process notes")];
    expect(span.kind).toBe(api.SpanKind.CONSUMER);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(sent.spanContext().traceId);
    expect(span.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([
      [sent.spanContext().traceId, sent.spanContext().spanId],
    ]);
    expect(span.attributes).toEqual({
      "messaging.system": "memory",
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.name": "notes",
      "messaging.consumer.group.name": "workers",
      "messaging.message.id": receipt.id,
      "messaging.message.conversation_id": receipt.id,
      "messaging.message.envelope.size": home.transport.sent[0]?.bytes.byteLength,
      "cloudevents.event_type": "note.created",
      "sallyport.attempt": 1,
      "sallyport.generation": 0,
      "sallyport.decision": "committed",
    });
    expect(span.events.map(({ name }) => name)).toEqual(["consume:handled", "consume:committed", "consume:acknowledged"]);
    expect(span.status.code).toBe(api.SpanStatusCode.UNSET);
  });

  test("is active while the handler runs: its spans are children, and what it publishes belongs to the chain", async () => {
    const { home, seen, watching } = open();
    const publisher = home.publisher(watching);
    const handler = async (): Promise<void> => {
      await Promise.resolve();
      seen.tracer.startSpan("query").end();
      await publisher.publish("note.shared", { noteId: "n1" }, alice);
    };
    await home.consumer({ "note.created": handler }, watching).start();
    const first = await publisher.publish("note.created", note(), alice);
    await settle();
    const span = seen.span("process notes");
    const [query, next] = [seen.span("query"), seen.span("send shares.{tenant}")];
    expect([query, next].map((child) => child.parentSpanContext?.spanId)).toEqual([span.spanContext().spanId, span.spanContext().spanId]);
    expect(next.attributes["messaging.message.conversation_id"]).toBe(first.id);
    expect(span.events.map(({ name }) => name)).not.toContain("publish:after-ledger");
  });

  test("that fails has a span of its own for each try, linked alike, with code and status", async () => {
    const { home, seen, watching } = open();
    const tries: number[] = [];
    const handler = (_event: unknown, { attempt }: { attempt: number }) => (tries.push(attempt) < 3 ? retry(1000) : undefined);
    await home.consumer({ "note.created": handler }, watching).start();
    await home.publisher(watching).publish("note.created", note(), alice);
    await play(home, 4);
    const spans = seen.spans().filter(({ name }) => name === "process notes");
    expect(
      spans.map(({ attributes }) => [attributes["sallyport.attempt"], attributes["sallyport.decision"], attributes["error.type"]]),
    ).toEqual([
      [1, "retry", "ERR_HANDLER_FAILED"],
      [2, "retry", "ERR_HANDLER_FAILED"],
      [3, "committed", undefined],
    ]);
    expect(spans.map(({ status }) => status.code)).toEqual([api.SpanStatusCode.ERROR, api.SpanStatusCode.ERROR, api.SpanStatusCode.UNSET]);
    expect(new Set(spans.map(({ links }) => links[0]?.context.spanId))).toEqual(new Set([seen.span("send notes").spanContext().spanId]));
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(3);
  });

  test("that is given back because something does not answer says so, and its end is awaited", async () => {
    const { home, seen, watching } = open();
    let down = true;
    await home.consumer({ "note.created": () => (down ? unavailable(1000) : undefined) }, watching).start();
    await home.publisher(watching).publish("note.created", note(), alice);
    await settle();
    expect(seen.span("process notes").attributes).toMatchObject({ "sallyport.decision": "released", "error.type": "ERR_HANDLER_FAILED" });
    expect(await seen.metric(METRICS.held.name)).toMatchObject([{ value: 1 }]);
    down = false;
    await play(home, 2);
    expect(seen.span("process notes", 1).attributes).toMatchObject({ "sallyport.decision": "committed" });
    expect(await seen.metric(METRICS.held.name)).toMatchObject([{ value: 0 }]);
    expect(await seen.metric(METRICS.holds.name)).toMatchObject([{ value: 1, attributes: { "error.type": "ERR_HANDLER_FAILED" } }]);
  });

  test("that lost its claim is an error without a code", async () => {
    const { home, seen, watching } = open();
    const change = home.claims.change.bind(home.claims);
    home.claims.change = async (changes) => (changes[0]?.kind === "commit" ? ["lost"] : change(changes));
    await home.consumer({ "note.created": () => undefined }, watching).start();
    await home.publisher(watching).publish("note.created", note(), alice);
    await settle();
    expect(seen.span("process notes").attributes).toMatchObject({ "sallyport.decision": "lost", "error.type": "_OTHER" });
    expect(seen.span("process notes").status.code).toBe(api.SpanStatusCode.ERROR);
  });

  test("is not part of whatever was active when its message was fetched", async () => {
    const { home, seen, watching } = open();
    const ambient = api.trace.setSpan(api.context.active(), seen.tracer.startSpan("start-up"));
    await api.context.with(ambient, () => home.consumer({ "note.created": () => undefined }, watching).start());
    await api.context.with(ambient, () => home.publisher(watching).publish("note.created", note(), alice));
    await settle();
    expect(seen.span("process notes").parentSpanContext).toBeUndefined();
  });

  test("of a redriven event is still linked to the span that sent it first", async () => {
    const { home, seen, watching } = open();
    let broken = true;
    await home.consumer({ "note.created": () => (broken ? reject("no") : undefined) }, watching).start();
    await home.publisher(watching).publish("note.created", note(), alice);
    await settle();
    broken = false;
    const trail = { append: async () => undefined };
    const desk = new DeadLetterDesk({ ...home, trail });
    const [letter] = await home.deadLetters.list({}, { limit: 1 });
    await desk.redrive(letter?.id ?? "", { id: "olga", scopes: [OPERATE_SCOPE] });
    await settle();
    const again = seen.span("process notes", 1);
    expect(again.attributes).toMatchObject({ "sallyport.generation": 1, "sallyport.decision": "committed" });
    expect(again.links[0]?.context.spanId).toBe(seen.span("send notes").spanContext().spanId);
  });
});

describe("a trace context that anybody may have written", () => {
  /** Authentic, with a trace context of somebody else's. */
  async function forged(home: House, traceparent: unknown, tracestate?: unknown): Promise<void> {
    const elsewhere = new RecordingTransport({ clock: home.clock });
    await home.publisher({ transport: elsewhere }).publish("note.created", note(), alice);
    const { data, ...rest } = envelopeOf(elsewhere);
    await home.transport.send([raw(JSON.stringify({ ...rest, traceparent, ...(tracestate !== undefined && { tracestate }), data }))]);
    await settle();
  }

  test("is linked to, is nobody's parent, and changes no decision", async () => {
    const { home, seen, watching } = open();
    const handled: string[] = [];
    await home.consumer({ "note.created": ({ data }) => void handled.push(data.noteId) }, watching).start();
    await forged(home, `00-${TRACE}-${SPAN}-01`, "vendor=free-text");
    const span = seen.span("process notes");
    expect(handled).toEqual(["n1"]);
    expect(span.links).toMatchObject([{ context: { traceId: TRACE, spanId: SPAN, isRemote: true } }]);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(TRACE);
    expect(await seen.everything()).not.toContain("free-text");
  });

  test("a trace of zeros is no trace", async () => {
    const { home, seen, watching } = open();
    await home.consumer({ "note.created": () => undefined }, watching).start();
    await forged(home, `00-${"0".repeat(32)}-${SPAN}-01`);
    expect(seen.spans().flatMap(({ links }) => links)).toEqual([]);
  });
});

describe("the API that is handed in", () => {
  test("is described so that the real one fits", () => {
    expectTypeOf(api).toExtend<OpenTelemetryApi>();
    expectTypeOf<api.Tracer>().toExtend<Tracer>();
    expectTypeOf<api.Meter>().toExtend<Meter>();
  });

  test("without an SDK behind it nothing is told, nothing travels, and everything works", async () => {
    const home = house();
    const observer = telemetry({ api });
    const handled: string[] = [];
    await home.consumer({ "note.created": ({ data }) => void handled.push(data.noteId) }, { observer }).start();
    await home.publisher({ observer }).publish("note.created", note(), alice);
    await settle();
    expect(handled).toEqual(["n1"]);
    expect(envelopeOf(home.transport)).not.toHaveProperty("traceparent");
  });

  test("the vendor's tracestate travels with the event", async () => {
    const home = house();
    const traceState = api.createTraceState("vendor=1");
    const parent = api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: 1, traceState });
    const { observer } = recorded(home.clock);
    await api.context.with(parent, () => home.publisher({ observer }).publish("note.created", note(), alice));
    expect(envelopeOf(home.transport)).toMatchObject({ traceparent: expect.stringContaining(TRACE) as string, tracestate: "vendor=1" });
  });
});

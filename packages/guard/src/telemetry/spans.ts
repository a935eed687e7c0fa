// One PRODUCER span for each sending, one CONSUMER span for each attempt, linked to the span that the message says it
// came from. Anybody can forge that: it is a link, never a parent, and decides nothing.
import type { Activity, Point, Processing, Sending } from "../ports/observer.ts";
import { endAttributes, spanAttributes, spanName } from "./attributes.ts";
import type { Context, OpenTelemetryApi, Span, Tracer } from "./opentelemetry.ts";
import { readTraceparent, traceContextOf } from "./trace-context.ts";

export class Spans {
  readonly #api: OpenTelemetryApi;
  readonly #tracer: Tracer;
  /** Spans made here, and of which event: no other span is written to. */
  readonly #own = new WeakMap<Span, string>();

  constructor(api: OpenTelemetryApi, tracer: Tracer) {
    this.#api = api;
    this.#tracer = tracer;
  }

  /** A child of the caller's span: the active one, or else the one that the call names. */
  sending(event: Sending): Activity {
    const { context, trace, SpanKind } = this.#api;
    const active = context.active();
    const named = trace.getSpan(active) === undefined ? readTraceparent(event.callerTraceparent) : undefined;
    const parent = named === undefined ? active : trace.setSpanContext(active, named);
    const options = { kind: SpanKind.PRODUCER, attributes: spanAttributes("send", event), links: [] };
    return this.#observed(this.#tracer.startSpan(spanName("send", event), options, parent), event.eventId, parent);
  }

  /** A trace of its own: what is active here is an accident of which callback fetched the message. */
  processing(event: Processing): Activity {
    const { ROOT_CONTEXT, SpanKind } = this.#api;
    const producer = readTraceparent(event.producerTraceparent);
    const links = producer === undefined ? [] : [{ context: producer }];
    const options = { kind: SpanKind.CONSUMER, attributes: spanAttributes("process", event), links };
    return this.#observed(this.#tracer.startSpan(spanName("process", event), options, ROOT_CONTEXT), event.eventId, ROOT_CONTEXT);
  }

  at(point: Point, eventId: string | undefined): void {
    const { trace, context } = this.#api;
    const span = trace.getSpan(context.active());
    if (span !== undefined && eventId !== undefined && this.#own.get(span) === eventId) span.addEvent(point);
  }

  #observed(span: Span, eventId: string, around: Context): Activity {
    const { context, trace, SpanStatusCode } = this.#api;
    this.#own.set(span, eventId);
    return {
      trace: traceContextOf(span),
      within: (start) => context.with(trace.setSpan(around, span), start),
      end(ended) {
        const attributes = endAttributes(ended.decision, ended.code);
        span.setAttributes(attributes);
        if ("error.type" in attributes) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }
}

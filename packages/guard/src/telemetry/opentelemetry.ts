// What is asked of OpenTelemetry's API, described structurally: the user hands in `@opentelemetry/api`, 1.9 or newer.
// Only what is used here is named. A type test holds the real package to it.

/** Handed from the API to the API; nothing here looks into it. */
export interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
  deleteValue(key: symbol): Context;
}

export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean;
}

export type Attributes = Record<string, string | number>;

export interface Span {
  spanContext(): SpanContext & { readonly traceState?: { serialize(): string } };
  setAttributes(attributes: Attributes): unknown;
  addEvent(name: string): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

export interface SpanOptions {
  kind: number;
  attributes: Attributes;
  links: { context: SpanContext }[];
}

export interface Tracer {
  startSpan(name: string, options: SpanOptions, context: Context): Span;
}

export interface Counter {
  add(value: number, attributes?: Attributes): void;
}

export interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

export interface InstrumentOptions {
  description: string;
  unit: string;
  advice?: { explicitBucketBoundaries: number[] };
}

export interface Meter {
  createCounter(name: string, options: InstrumentOptions): Counter;
  createUpDownCounter(name: string, options: InstrumentOptions): Counter;
  createHistogram(name: string, options: InstrumentOptions): Histogram;
}

/** `import * as api from "@opentelemetry/api"`. */
export interface OpenTelemetryApi {
  readonly ROOT_CONTEXT: Context;
  readonly SpanKind: { readonly PRODUCER: number; readonly CONSUMER: number };
  readonly SpanStatusCode: { readonly ERROR: number };
  readonly context: {
    active(): Context;
    with(context: Context, run: () => void): void;
  };
  readonly trace: {
    getTracer(name: string): Tracer;
    getSpan(context: Context): Span | undefined;
    setSpan(context: Context, span: Span): Context;
    setSpanContext(context: Context, spanContext: SpanContext): Context;
  };
  readonly metrics: { getMeter(name: string): Meter };
}

// The real SDK, exporting into memory, for tests that look at what leaves the process.
import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Observer } from "../../src/ports/observer.ts";
import { telemetry } from "../../src/telemetry/index.ts";
import type { TestClock } from "../../src/testing/index.ts";

api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

export interface Point {
  readonly attributes: Record<string, unknown>;
  readonly value: unknown;
}

export interface Recorded {
  readonly observer: Observer;
  readonly tracer: api.Tracer;
  /** Those that have ended, in that order. */
  spans(): readonly ReadableSpan[];
  span(name: string, nth?: number): ReadableSpan;
  metric(name: string): Promise<readonly Point[]>;
  /** Everything that was exported, as text. */
  everything(): Promise<string>;
}

export function recorded(clock: TestClock): Recorded {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer("test");
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 2 ** 31 - 1 });
  const meters = new MeterProvider({ readers: [reader] });
  const observer = telemetry({ api, tracer, meter: meters.getMeter("test"), clock });
  const collected = async () => {
    metricExporter.reset();
    await meters.forceFlush();
    return metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  };
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans();
  return {
    observer,
    tracer,
    spans,
    span(name, nth = 0) {
      const found = spans().filter((span) => span.name === name)[nth];
      if (found === undefined)
        throw new Error(
          `no span "${name}" (${nth}) among ${spans()
            .map((span) => span.name)
            .join(", ")}`,
        );
      return found;
    },
    async metric(name) {
      const found = (await collected()).filter(({ descriptor }) => descriptor.name === name);
      return found.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
    },
    async everything() {
      const told = spans().map(({ name, kind, attributes, events, links, status, resource }) => {
        return { name, kind, attributes, events, links, status, resource: resource.attributes };
      });
      return JSON.stringify([told, await collected()]);
    },
  };
}

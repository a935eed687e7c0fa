// The instruments: one table, which docs/telemetry.md repeats and a test compares.
import type { Ended, Processing, Sending } from "../ports/observer.ts";
import { endAttributes, errorAttribute, metricAttributes } from "./attributes.ts";
import type { Counter, InstrumentOptions, Meter } from "./opentelemetry.ts";

interface Metric {
  readonly name: string;
  readonly instrument: "counter" | "up-down counter" | "histogram";
  readonly unit: string;
  readonly description: string;
}

export const METRICS = {
  published: { name: "sallyport.published", instrument: "counter", unit: "{call}", description: "Decisions of the publish door." },
  consumed: { name: "sallyport.consumed", instrument: "counter", unit: "{message}", description: "Decisions of the consume door." },
  held: {
    name: "sallyport.held",
    instrument: "up-down counter",
    unit: "{consumer}",
    description: "Consumers that are held now because something does not answer.",
  },
  holds: {
    name: "sallyport.holds",
    instrument: "counter",
    unit: "{hold}",
    description: "Times that consumption was held, by what did not answer.",
  },
  sent: {
    name: "messaging.client.sent.messages",
    instrument: "counter",
    unit: "{message}",
    description: "Number of messages producer attempted to send to the broker.",
  },
  delivered: {
    name: "messaging.client.consumed.messages",
    instrument: "counter",
    unit: "{message}",
    description: "Number of messages that were delivered to the application.",
  },
  sendDuration: {
    name: "messaging.client.operation.duration",
    instrument: "histogram",
    unit: "s",
    description: "Duration of messaging operation initiated by a producer or consumer client.",
  },
  processDuration: {
    name: "messaging.process.duration",
    instrument: "histogram",
    unit: "s",
    description: "Duration of processing operation.",
  },
} as const satisfies Readonly<Record<string, Metric>>;

const BOUNDARIES_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export interface Metrics {
  decided(door: "publish" | "consume", decision: string, code: string | undefined, eventType: string | undefined): void;
  holding(held: boolean, code: string | undefined): void;
  delivered(event: Processing): void;
  sent(event: Sending, ended: Ended, durationMs: number): void;
  processed(event: Processing, ended: Ended, durationMs: number): void;
}

export function metricsOf(meter: Meter): Metrics {
  const counter = ({ name, ...rest }: Metric): Counter => meter.createCounter(name, optionsOf(rest));
  const histogram = ({ name, ...rest }: Metric) =>
    meter.createHistogram(name, { ...optionsOf(rest), advice: { explicitBucketBoundaries: BOUNDARIES_S } });
  const { held: heldMetric } = METRICS;
  const doors = { publish: counter(METRICS.published), consume: counter(METRICS.consumed) };
  const [sent, delivered, holds] = [counter(METRICS.sent), counter(METRICS.delivered), counter(METRICS.holds)];
  const [sendDuration, processDuration] = [histogram(METRICS.sendDuration), histogram(METRICS.processDuration)];
  const held = meter.createUpDownCounter(heldMetric.name, optionsOf(heldMetric));
  return {
    decided(door, decision, code, eventType) {
      doors[door].add(1, { ...endAttributes(decision, code), ...(eventType !== undefined && { "cloudevents.event_type": eventType }) });
    },
    holding(isHeld, code) {
      held.add(isHeld ? 1 : -1);
      if (isHeld) holds.add(1, { "error.type": code ?? "_OTHER" });
    },
    delivered: (event) => delivered.add(1, metricAttributes("process", event)),
    sent(event, { decision, code }, durationMs) {
      const attributes = { ...metricAttributes("send", event), ...errorAttribute(decision, code) };
      sent.add(1, attributes);
      sendDuration.record(durationMs / 1000, attributes);
    },
    processed: (event, { decision, code }, durationMs) =>
      processDuration.record(durationMs / 1000, { ...metricAttributes("process", event), ...errorAttribute(decision, code) }),
  };
}

const optionsOf = ({ description, unit }: Pick<Metric, "description" | "unit">): InstrumentOptions => ({ description, unit });

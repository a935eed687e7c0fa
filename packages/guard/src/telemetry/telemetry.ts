// An observer that speaks OpenTelemetry, through the API that the user hands in: spans and metrics, as
// docs/telemetry.md lists them. It tells names, counts and codes; no data, no actor and no error's text.
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Activity, Ended, Observer } from "../ports/observer.ts";
import { metricsOf } from "./metrics.ts";
import type { Meter, OpenTelemetryApi, Tracer } from "./opentelemetry.ts";
import { Spans } from "./spans.ts";

export interface TelemetryOptions {
  /** `import * as api from "@opentelemetry/api"`. */
  readonly api: OpenTelemetryApi;
  /** Default: the API's, of the name `@sallyport/guard`. */
  readonly tracer?: Tracer;
  /** Default: the API's. It must be registered before this is called; the API does not exchange meters later. */
  readonly meter?: Meter;
  readonly clock?: Clock;
}

export const SCOPE = "@sallyport/guard";

/** For `observer` of a Publisher and a Consumer; one serves both. */
export function telemetry({ api, tracer, meter, clock = systemClock }: TelemetryOptions): Observer {
  const spans = new Spans(api, tracer ?? api.trace.getTracer(SCOPE));
  const metrics = metricsOf(meter ?? api.metrics.getMeter(SCOPE));
  const timed = (span: Activity, record: (ended: Ended, durationMs: number) => void): Activity => {
    const startedAtMs = clock.now();
    return {
      ...span,
      end(ended) {
        span.end(ended);
        record(ended, Math.max(0, clock.now() - startedAtMs));
      },
    };
  };
  return {
    at: (point, eventId) => spans.at(point, eventId),
    decided: (...decision) => metrics.decided(...decision),
    holding: (held, code) => metrics.holding(held, code),
    sending: (event) => timed(spans.sending(event), (ended, durationMs) => metrics.sent(event, ended, durationMs)),
    processing(event) {
      metrics.delivered(event);
      return timed(spans.processing(event), (ended, durationMs) => metrics.processed(event, ended, durationMs));
    },
  };
}

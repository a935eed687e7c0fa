// @sallyport/guard/telemetry
export { METRICS } from "./metrics.ts";
export type { Meter, OpenTelemetryApi, Tracer } from "./opentelemetry.ts";
export { SCOPE, telemetry, type TelemetryOptions } from "./telemetry.ts";

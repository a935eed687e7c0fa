// W3C Trace Context, to and from a span's context. What is read was written by anybody: what does not fit is ignored,
// and `tracestate` is never read, because it is free text.
import type { TraceContext } from "../ports/observer.ts";
import type { Span, SpanContext } from "./opentelemetry.ts";

// Version 00. A trace or span of zeros does not exist.
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

/** `undefined` when there is none, or it is malformed. */
export function readTraceparent(received: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(received ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** `undefined` for a span that does not exist, as when no SDK is there. */
export function traceContextOf(span: Span): TraceContext | undefined {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
  if (!TRACEPARENT.test(traceparent)) return undefined;
  const tracestate = traceState?.serialize() ?? "";
  return TRACESTATE.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

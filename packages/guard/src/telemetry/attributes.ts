// What spans and metrics are labelled with: OpenTelemetry's messaging conventions, and a few names of our own.
// Metrics take only labels of which there are few: no ids, no tenants, no text from outside.
import type { Processing, Sending } from "../ports/observer.ts";
import type { Attributes } from "./opentelemetry.ts";

export type Operation = "send" | "process";

/** A destination of a tenant's own is named by its template, so that there are as many labels as events. */
export function metricAttributes(operation: Operation, event: Sending | Processing): Attributes {
  return {
    "messaging.system": event.transport,
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
    ...(isTemplated(event)
      ? { "messaging.destination.template": event.destinationTemplate }
      : { "messaging.destination.name": event.destination }),
    ...("group" in event && { "messaging.consumer.group.name": event.group }),
    "cloudevents.event_type": event.eventType,
  };
}

export function spanAttributes(operation: Operation, event: Sending | Processing): Attributes {
  return {
    ...metricAttributes(operation, event),
    "messaging.destination.name": event.destination,
    "messaging.message.id": event.eventId,
    "messaging.message.conversation_id": event.rootId,
    ...("group" in event
      ? {
          "messaging.message.envelope.size": event.envelopeBytes,
          "sallyport.attempt": event.attempt,
          "sallyport.generation": event.generation,
        }
      : { "messaging.message.body.size": event.dataBytes }),
  };
}

const WELL: ReadonlySet<string> = new Set(["sent", "published", "repeated", "committed", "duplicate", "released", "unsettled"]);

/** How it ended; `error.type` only where it did not end well. */
export function endAttributes(decision: string, code: string | undefined): Attributes {
  return { "sallyport.decision": decision, ...errorAttribute(decision, code) };
}

export function errorAttribute(decision: string, code: string | undefined): { "error.type"?: string } {
  const type = code ?? (WELL.has(decision) ? undefined : "_OTHER");
  return type === undefined ? {} : { "error.type": type };
}

export const spanName = (operation: Operation, { destinationTemplate }: Sending | Processing): string =>
  `${operation} ${destinationTemplate}`;

const isTemplated = ({ destinationTemplate }: Sending | Processing): boolean => destinationTemplate.includes("{");

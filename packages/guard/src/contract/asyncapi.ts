// A contract as an AsyncAPI 3.0 document: what the publishing side sends, where to, in which envelope. The envelope is
// told as it travels: structured CloudEvents, whose `data` is the event's own schema. It invents nothing that the
// contract does not say, such as servers or brokers.
import { toDraft07 } from "./asyncapi-schema.ts";
import { envelopeSchema } from "./asyncapi-envelope.ts";
import type { Contract, ContractEvent } from "./contract.ts";
import { pathOf } from "./key-path.ts";

type Json = Readonly<Record<string, unknown>>;

export interface AsyncApiOptions {
  /** Version of the contract, for its readers. Default 1.0.0. */
  readonly version?: string;
}

export interface AsyncApiDocument {
  readonly asyncapi: "3.0.0";
  readonly info: Json;
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, Json>>;
  readonly operations: Readonly<Record<string, Json>>;
  readonly components: { readonly messages: Readonly<Record<string, Json>>; readonly schemas: Readonly<Record<string, unknown>> };
}

const CONTENT_TYPE = "application/cloudevents+json";

/** The document as plain JSON; the same contract gives the same document. */
export function toAsyncApi(contract: Contract<any>, { version = "1.0.0" }: AsyncApiOptions = {}): AsyncApiDocument {
  const events = [...contract.events.values()].sort((one, other) => (one.type < other.type ? -1 : 1));
  const ids = channelIds(events);
  return {
    asyncapi: "3.0.0",
    info: {
      title: contract.name,
      version,
      description: `Events that ${contract.name} publishes. Every message is a signed CloudEvent; a consumer verifies it before it reads the data.`,
    },
    defaultContentType: CONTENT_TYPE,
    channels: Object.fromEntries(
      [...ids].map(([destination, id]) => [
        id,
        channelOf(
          destination,
          events.filter((event) => event.destination === destination),
        ),
      ]),
    ),
    operations: Object.fromEntries(events.map((event) => [`send.${event.type}`, operationOf(event, ids.get(event.destination)!)])),
    components: {
      messages: Object.fromEntries(events.map((event) => [event.type, messageOf(event, contract.name)])),
      schemas: Object.fromEntries(events.map((event) => [event.type, toDraft07(event.jsonSchema, dataPointer(event.type))])),
    },
  };
}

/** Ids of a channel may not have braces; two destinations may then look alike. */
function channelIds(events: readonly ContractEvent[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { destination } of events) {
    if (ids.has(destination)) continue;
    let id = destination.replaceAll(/[{}]/g, "_");
    while (taken.has(id)) id += "_";
    taken.add(id);
    ids.set(destination, id);
  }
  return ids;
}

function channelOf(destination: string, events: readonly ContractEvent[]): Json {
  return {
    address: destination,
    messages: Object.fromEntries(events.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
    ...(destination.includes("{tenant}") && {
      parameters: {
        tenant: { description: "The tenant of the authenticated principal, never of its arguments.", location: "$message.payload#/tenant" },
      },
    }),
  };
}

function operationOf(event: ContractEvent, channel: string): Json {
  return {
    action: "send",
    title: event.type,
    summary: event.description,
    channel: { $ref: `#/channels/${channel}` },
    messages: [{ $ref: `#/channels/${channel}/messages/${event.type}` }],
    "x-sallyport": {
      tool: event.tool,
      scopes: [...event.scopes],
      approval: event.approval?.message ?? false,
      destructive: event.destructive,
      readable: event.readable ?? false,
      rate: event.rate,
      ...(event.quota !== undefined && { quota: event.quota }),
    },
  };
}

function messageOf(event: ContractEvent, source: string): Json {
  return {
    name: event.type,
    title: event.type,
    summary: event.description,
    contentType: CONTENT_TYPE,
    payload: envelopeSchema(event, source, dataPointer(event.type)),
    "x-sallyport": {
      ordering: event.ordering,
      // A key that is code has no name to give.
      key: event.key === undefined ? false : (pathOf(event.key) ?? true),
      bounds: event.bounds,
      ...(event.expiresAfterMs !== undefined && { expiresAfterMs: event.expiresAfterMs }),
    },
  };
}

const dataPointer = (type: string): string => `#/components/schemas/${type}`;

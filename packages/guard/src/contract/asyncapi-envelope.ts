// The envelope of one event as a JSON Schema. docs/envelope.md is normative; a test holds this to what the publish
// door sends and to the table of attributes, since this room may not know the envelope's.
import type { ContractEvent } from "./contract.ts";
import type { JsonSchema } from "./standard-schema.ts";

const NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$";
const ID = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$";
const TENANT = "[A-Za-z0-9][A-Za-z0-9-]{0,62}";
const time = { type: "string", format: "date-time" };
const printable = { type: "string", minLength: 1, maxLength: 256 };
const count = { type: "integer", minimum: 0, maximum: 255 };

export function envelopeSchema(event: ContractEvent, source: string, data: string): JsonSchema {
  const perTenant = event.destination.includes("{tenant}");
  const required = {
    specversion: { const: "1.0" },
    keyid: { type: "string", pattern: NAME, description: "The key that signed. It decides the algorithm; the message does not." },
    source: { const: source, description: "Who published: the contract's name, to which the key is bound." },
    destination: destinationSchema(event.destination),
    type: { const: event.type },
    id: { type: "string", pattern: ID },
    time,
    actor: { ...printable, description: "The authenticated principal that caused the event." },
    origin: { enum: ["llm", "service", "operator"], description: "llm: the data holds an agent's text, and is not to be obeyed." },
    hop: { ...count, description: "How many events led to this one." },
    rootid: { type: "string", pattern: ID, description: "Id of the first event of the chain." },
    generation: { ...count, description: "0, and one more with each redrive." },
    datacontenttype: { const: "application/json" },
    signature: { type: "string", minLength: 1, description: "Base64url, over every attribute and the digest of the data's bytes." },
    data: { $ref: data },
    ...(event.expiresAfterMs !== undefined && { expirytime: time }),
    ...(event.key !== undefined && { subject: { ...printable, description: "The message key." } }),
    ...(perTenant && { tenant: tenantSchema }),
  };
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(required),
    properties: {
      ...required,
      causationid: { type: "string", pattern: ID, description: "Id of the event that led to this one." },
      ...(!perTenant && { tenant: tenantSchema }),
      traceparent: { type: "string", description: "Not signed." },
      tracestate: { type: "string", description: "Not signed." },
    },
  };
}

const tenantSchema = { type: "string", pattern: `^${TENANT}$` };

/** The destination that was signed for; a message found elsewhere is refused. */
function destinationSchema(template: string): JsonSchema {
  if (!template.includes("{tenant}")) return { const: template };
  const parts = template.split("{tenant}").map((part) => part.replaceAll(".", String.raw`\.`));
  return { type: "string", pattern: `^${parts.join(TENANT)}$` };
}

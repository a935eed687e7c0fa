// Attack 2: topic and queue confusion.
import { guard, removal, type Removal, server } from "./removal.ts";

const PUBLISHER = "publish/publisher.ts";
const TENANT_IN_CALL = "const destination = resolveDestination(event.destination, call.principal.tenant);";

export const DESTINATION: readonly Removal[] = [
  removal(
    "DST-01",
    "the arguments name the destination",
    guard(
      "publish/validate.ts",
      "return result.issues === undefined ? { value: result.value } : { issues: describeIssues(result.issues) };",
      "return { value: result.issues === undefined ? result.value : data };",
    ),
    guard(
      PUBLISHER,
      TENANT_IN_CALL,
      "const destination = (data as any).destination ?? resolveDestination(event.destination, call.principal.tenant);",
    ),
  ),
  removal("DST-01", "a schema may ask for a topic", guard("contract/strictness.ts", '  "topic",\n', "")),
  removal(
    "DST-02",
    "a contract may have patterns for destinations",
    guard("contract/destination.ts", "if (WILDCARD.test(sample)) {", "if (false) {"),
    guard("contract/destination.ts", 'if (!NAME.test(sample) || sample.includes("..") || sample.endsWith(".")) {', "if (false) {"),
  ),
  removal(
    "DST-02",
    "an agent reads what the contract does not call readable",
    guard("read/reader.ts", "if (event?.readable === undefined) throw", "if (event === undefined) throw"),
    guard("read/reader.ts", "missingScopes(event.readable.scopes, principal)", "missingScopes(event.readable?.scopes ?? [], principal)"),
  ),
  removal(
    "DST-02",
    "an agent reads without the scopes for it",
    guard("read/reader.ts", "if (missing.length === 0) return event;", "return event;"),
  ),
  removal(
    "DST-02",
    "a cursor of one destination is good for another",
    guard(
      "read/cursor.ts",
      "if (mark === markOf(destination) && position !== undefined) return position;",
      "if (mark !== undefined && position !== undefined) return position;",
    ),
  ),
  removal(
    "DST-03",
    "a tenant of any text becomes part of a destination",
    guard("contract/destination.ts", "if (tenant === undefined || !TENANT.test(tenant)) {", "if (tenant === undefined) {"),
  ),
  removal(
    "DST-03",
    "a contract may have a destination made from arguments, or a path",
    guard("contract/destination.ts", 'if (!NAME.test(sample) || sample.includes("..") || sample.endsWith(".")) {', "if (false) {"),
  ),
  removal(
    "DST-03",
    "the configured tenant may be of any text",
    server("config/principal.ts", "if (/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(name)) return name;", "return name;"),
  ),
  removal(
    "DST-04",
    "a message that was moved is taken where it is found",
    guard("envelope/open.ts", "if (attributes.destination !== foundOn)", "if (attributes.destination === undefined)"),
  ),
  removal(
    "DST-04",
    "a message is moved, and its destination rewritten",
    guard(
      "envelope/signing-input.ts",
      "  for (const { name, fieldOf } of FIELDS) {\n",
      '  for (const { name, fieldOf } of FIELDS) {\n    if (name === "destination") continue;\n',
    ),
  ),
  removal(
    "DST-05",
    "a consumer acts on whatever type it finds",
    guard(
      "consume/examine.ts",
      "const event = examiner.accepts.get(delivery.destination)?.get(envelope.attributes.type);",
      "const accepted = examiner.accepts.get(delivery.destination);\n  const event = accepted?.get(envelope.attributes.type) ?? [...(accepted?.values() ?? [])][0];",
    ),
    guard(
      "consume/consumer.ts",
      "const handler = this.#handlers.get(event.type) as Handler;",
      "const handler = (this.#handlers.get(event.type) ?? [...this.#handlers.values()][0]) as Handler;",
    ),
    guard(
      "consume/consumer.ts",
      "(contract.events.get(eventType) as ContractEvent).destination",
      "(contract.events.get(eventType) as ContractEvent)?.destination",
    ),
  ),
  removal(
    "DST-05",
    "a reader shows one type as another",
    guard("read/reader.ts", "if (attributes.type !== event.type || attributes.tenant", "if (attributes.tenant"),
  ),
  removal(
    "DST-06",
    "a contract publishes to dead letters, retries and the trail",
    guard("contract/destination.ts", "if (!isReserved(sample)) return;", "return;"),
  ),
  removal(
    "DST-06",
    "a tenant's name makes a reserved destination",
    guard("contract/destination.ts", "if (isReserved(destination)) {", "if (false) {"),
  ),
  removal("DST-08", "the tenant is not under the signature", guard(PUBLISHER, "        tenant: call.principal.tenant,\n", "")),
  removal(
    "DST-08",
    "the arguments name the tenant",
    guard(
      PUBLISHER,
      "const { value, json: dataJson } = await validate(event, data);",
      "const { tenant: named, ...rest } = data as { tenant?: string };\n    const { value, json: dataJson } = await validate(event, rest);",
    ),
    guard(PUBLISHER, TENANT_IN_CALL, "const destination = resolveDestination(event.destination, named ?? call.principal.tenant);"),
  ),
  removal(
    "DST-08",
    "one tenant's destination is another event's",
    guard("contract/contract.ts", "  checkOverlaps(events.values());\n", ""),
  ),
  removal(
    "DST-08",
    "a tenant reads another's events",
    guard("read/reader.ts", " || attributes.tenant !== who.tenant) return undefined;", ") return undefined;"),
  ),
  removal(
    "DST-08",
    "a session serves whoever has its id",
    server("serve/sessions.ts", " || session.owner !== ownerOf(auth)) return", ") return"),
  ),
  removal(
    "DST-09",
    "there is a tool that purges",
    guard(
      "mcp/bind-tools.ts",
      "  for (const event of publisher.contract.events.values()) {\n",
      `  server.registerTool("purge", { description: "", inputSchema: shownSchema(server, { type: "object" }) }, async () => ({ content: [] }));
  for (const event of publisher.contract.events.values()) {\n`,
    ),
  ),
  removal(
    "DST-07",
    "the worker's user on Redis reaches every key of the prefix",
    server("brokers/redis.ts", "[...CONSUMES, ...places.flatMap(whole)]", '[...CONSUMES, "~sallyport:*", ...places.flatMap(whole)]'),
  ),
  removal(
    "DST-07",
    "the server's user on Redis reads what no agent may",
    server("brokers/redis.ts", '`${readable ? "~" : "%W~"}${streamOf(destination)}`', "`~${streamOf(destination)}`"),
  ),
  removal(
    "DST-09",
    "a broker's adapter can purge",
    guard(
      "adapters/memory.ts",
      "  async close(): Promise<void> {\n    const members",
      "  async purge(): Promise<void> {\n    this.#log.clear();\n  }\n\n  async close(): Promise<void> {\n    const members",
    ),
  ),
];

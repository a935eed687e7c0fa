// Attack 1: message injection through an LLM-controlled publish.
import { guard, removal, type Removal, server } from "./removal.ts";

const PUBLISHER = "publish/publisher.ts";
const ONCE = "publish/once.ts";
const ASK = "publish/ask-person.ts";
const ANY_DATA = guard(
  "publish/validate.ts",
  "return result.issues === undefined ? { value: result.value } : { issues: describeIssues(result.issues) };",
  "return { value: result.issues === undefined ? result.value : data };",
);
const ANY_EVENT_TOOL = guard(
  "mcp/bind-tools.ts",
  "  for (const event of publisher.contract.events.values()) {\n",
  `  const named = (args: any, context: CallContext) => {
    const event = publisher.contract.events.get(args.event) as ContractEvent;
    return callTool(server, publisher, { ...event, destination: args.topic ?? event.destination }, options, args.data, context);
  };
  server.registerTool("publish", { description: "", inputSchema: shownSchema(server, { type: "object" }) }, named);
  for (const event of publisher.contract.events.values()) {\n`,
);

export const PUBLISH: readonly Removal[] = [
  removal(
    "PUB-01",
    "an event type that is not in the contract goes out as one that is",
    guard(
      PUBLISHER,
      "const event = this.#options.contract.events.get(type);",
      "const event = this.#options.contract.events.get(type) ?? [...this.#options.contract.events.values()][0];",
    ),
  ),
  removal("PUB-01", "one tool takes the name of the event as an argument", ANY_EVENT_TOOL),
  removal("PUB-02", "data that the schema refuses is published", ANY_DATA),
  removal(
    "PUB-02",
    "a contract may have schemas that strip or take unknown keys",
    guard("contract/strictness.ts", 'if (describes(schema, "object") && isOpen(schema)) {', "if (false) {"),
  ),
  removal(
    "PUB-02",
    "a contract may have arrays of anything",
    guard("contract/strictness.ts", 'if (describes(schema, "array") && isOpenArray(schema)) {', "if (false) {"),
  ),
  removal(
    "PUB-02",
    "a contract may have schemas that nobody has seen",
    guard("contract/strictness.ts", "    if (target === undefined)\n", "    if (target === undefined) return;\n    if (false)\n"),
  ),
  removal(
    "PUB-02",
    "what a schema makes of the data goes out, though no receiver takes it",
    guard(
      "publish/validate.ts",
      "if (!isSameJson(result.value, data) && json !== canonicalJson(data)) await checkReadable(event, json);",
      "",
    ),
  ),
  removal(
    "PUB-02",
    "a contract may have properties of anything",
    guard("contract/strictness.ts", "if (schema === true || (isSchema(schema) && acceptsAnything(schema))) {", "if (false) {"),
  ),
  removal(
    "PUB-03",
    "event types are looked up among the properties of an object",
    guard(
      PUBLISHER,
      "const event = this.#options.contract.events.get(type);",
      "const event = (Object.fromEntries(this.#options.contract.events) as any)[type];",
    ),
  ),
  removal(
    "PUB-03",
    "an array is taken for what is in it",
    guard("publish/validate.ts", '["~standard"].validate(data);', '["~standard"].validate(Array.isArray(data) ? data[0] : data);'),
  ),
  removal(
    "PUB-04",
    "a schema may have the server's own fields",
    guard(
      "contract/strictness.ts",
      'if (!SERVER_FIELDS.has(name.toLowerCase().replaceAll(/[_-]/g, ""))) continue;',
      "if (SERVER_FIELDS.size > 0) continue;",
    ),
  ),
  removal(
    "PUB-04",
    "id, actor and whatever else the arguments name are theirs",
    ANY_DATA,
    guard(PUBLISHER, "        generation: 0,\n", "        generation: 0,\n        ...(admitted.data as object),\n"),
  ),
  removal(
    "PUB-04",
    "a record at the top takes the server's own fields",
    guard("contract/strictness.ts", "if (!takesServerFields(schema)) return;", "return;"),
  ),
  removal(
    "PUB-05",
    "the arguments become headers of the message",
    guard(
      PUBLISHER,
      "transport.send([{ id, destination, key: subject, bytes }])",
      "transport.send([{ id, destination, key: subject, bytes, headers: admitted.data } as any])",
    ),
  ),
  removal("PUB-05", "a schema may have headers", guard("contract/strictness.ts", '  "headers",\n', "")),
  removal(
    "PUB-06",
    "the agent's idempotency key, or all of its arguments, is the message's key",
    guard(PUBLISHER, "destination, key: subject, bytes }", "destination, key: call.idempotencyKey ?? dataJson, bytes }"),
  ),
  removal(
    "PUB-06",
    "a key that receivers refuse goes out",
    guard(
      "publish/attributable.ts",
      'if (subject !== undefined && isAcceptable("subject", subject)) return',
      "if (subject !== undefined) return",
    ),
    guard("envelope/seal.ts", "if (!isAcceptable(name, all[name])) throw unacceptable(name);", "void isAcceptable(name, all[name]);"),
  ),
  removal(
    "PUB-07",
    "data of any size and depth reaches the validator",
    guard(
      "publish/validate.ts",
      "const exceeded = exceedsBounds(data, event.bounds);",
      "const exceeded = exceedsBounds(null, event.bounds);",
    ),
  ),
  removal(
    "PUB-07",
    "what the schema makes of the data is of any size and depth",
    guard(
      "publish/validate.ts",
      "const exceeded = exceedsBounds(sent, event.bounds);",
      "const exceeded = exceedsBounds(null, event.bounds);",
    ),
  ),
  removal(
    "PUB-07",
    "numbers that change on their way pass",
    guard("contract/bounds.ts", "if (Number.isInteger(value) && !Number.isSafeInteger(value))", "if (Number.isNaN(value))"),
  ),
  removal("PUB-07", "any depth passes", guard("contract/bounds.ts", "if (depth > bounds.maxDepth)", "if (depth > 1e9)")),
  removal("PUB-08", "an actor publishes without end", guard(PUBLISHER, "await this.#spend([rateOf(this.#options, admitted)]);", "")),
  removal("PUB-08", "an event has no quota", guard(PUBLISHER, "if (event.quota !== undefined)", "if (false)")),
  removal(
    "PUB-08",
    "the store of limits grants whatever is asked",
    guard("stores/memory-limits.ts", "if (times.length - from < limit) continue;", "if (times.length - from < 1e9) continue;"),
  ),
  removal(
    "PUB-08",
    "the durable store of limits grants whatever is asked",
    guard("stores/sqlite-limits.ts", "if (freeAtMs > nowMs) return", "if (freeAtMs > 1e15) return"),
  ),
  removal(
    "PUB-08",
    "a caller may hold all the sessions there are",
    server("serve/sessions.ts", "this.#idle() ?? this.#beyondShare(owner) ?? []", "this.#idle() ?? []"),
  ),
  removal(
    "PUB-09",
    "whatever the person answers, the event goes out",
    guard(ASK, 'if (answer !== "approved") throw', "if (answer === undefined) throw"),
  ),
  removal(
    "PUB-09",
    "asking that fails is a yes",
    guard(ASK, "    if (isSallyportError(cause)) throw cause;\n", '    return "approved";\n'),
  ),
  removal(
    "PUB-09",
    "where nobody can be asked, nobody is",
    guard(
      ASK,
      'if (call.approve === undefined) throw new SallyportError("ERR_REQUEST_APPROVAL_UNAVAILABLE", "nobody can be asked for approval");',
      "if (call.approve === undefined) return;",
    ),
  ),
  removal(
    "PUB-09",
    "a host that accepts every form approves every event",
    guard("mcp/approval.ts", 'action === "accept" && content?.approve === true', 'action === "accept"'),
  ),
  removal(
    "PUB-09",
    "one approval is good for any number of events",
    guard("publish/approval-state.ts", "return used === undefined;", "return used === undefined || true;"),
  ),
  removal("PUB-10", "a repeated call is another call", guard(PUBLISHER, "      given ?? digest,\n", "      this.#newId(),\n")),
  removal(
    "PUB-10",
    "one caller's idempotency key is every caller's",
    guard(PUBLISHER, "      call.principal.id,\n      call.principal.tenant,\n", ""),
  ),
  removal(
    "PUB-10",
    "a key that was used with other arguments gives their result",
    guard("stores/memory-limits.ts", 'if (found.digest !== entry.digest) return { kind: "conflict" };', ""),
  ),
  removal(
    "PUB-10",
    "a publish that nobody is sure of is repeated under another id",
    guard(ONCE, '{ kind: unsure ? "unsure" : "refused" }', '{ kind: unsure ? "refused" : "refused" }'),
  ),
  removal(
    "PUB-10",
    "a publish that was confirmed and not recorded is repeated under another id",
    guard(
      ONCE,
      'else await this.#end(entry.key, begun.token, { kind: "unsure" });',
      'else await this.#end(entry.key, begun.token, { kind: "refused" });',
    ),
  ),
  removal(
    "PUB-10",
    "a refused repetition lets go of an id that may be out",
    guard(ONCE, "const mayBeOut = begun.eventId !== entry.eventId;", "const mayBeOut = false;"),
  ),
  removal(
    "PUB-11",
    "the receipt does not wait for the broker",
    guard(
      PUBLISHER,
      "await transport.send([{ id, destination, key: subject, bytes }]);",
      "void transport.send([{ id, destination, key: subject, bytes }]).catch(() => undefined);",
    ),
  ),
  removal("PUB-11", "a publish that failed has a receipt", guard(PUBLISHER, "throw unconfirmed(error);", "")),
  removal(
    "PUB-11",
    "of an event that may be out it is said that nothing was published",
    guard(
      PUBLISHER,
      'if (isSallyportError(cause) && (cause.code === "ERR_TRANSPORT_REFUSED" ||',
      "if (isSallyportError(cause) && (cause.code !== undefined ||",
    ),
  ),
  removal(
    "PUB-11",
    "a ledger that fails hides how the call ended",
    guard(ONCE, "      this.#say(error);\n      return false;\n", "      throw error;\n"),
  ),
  removal(
    "PUB-12",
    "what an agent wrote goes out as a service's own",
    guard("mcp/bind-tools.ts", '    origin: "llm",\n', '    origin: "service",\n'),
  ),
  removal(
    "PUB-12",
    "who and what produced it can be changed on the way",
    guard(
      "envelope/signing-input.ts",
      "  for (const { name, fieldOf } of FIELDS) {\n",
      '  for (const { name, fieldOf } of FIELDS) {\n    if (name === "actor" || name === "origin") continue;\n',
    ),
  ),
  removal(
    "PUB-13",
    "an agent is told what developers are told",
    guard("mcp/bind-tools.ts", "const { code, publicMessage: message, retryAfterMs }", "const { code, message, retryAfterMs }"),
  ),
  removal(
    "PUB-13",
    "an agent is told what an unforeseen error says",
    guard(
      "mcp/bind-tools.ts",
      "isSallyportError(error) ? error : UNFORESEEN;",
      "isSallyportError(error) ? error : { ...UNFORESEEN, publicMessage: String(error) };",
    ),
  ),
  removal(
    "PUB-13",
    "a code without a public message has the private one",
    guard("errors.ts", "detail.publicMessage ?? PUBLIC_MESSAGES.get(code) ?? UNSAID", "detail.publicMessage ?? what"),
  ),
  removal(
    "PUB-13",
    "an agent is told what a validator throws",
    guard(
      "publish/validate.ts",
      'A validator answers with issues and never throws.",\n',
      'A validator answers with issues and never throws.",\n      publicMessage: String(cause),\n',
    ),
  ),
  removal(
    "PUB-14",
    "a chain of events has no end",
    guard(PUBLISHER, "if (cause !== undefined && cause.hop + 1 > maxHops) {", "if (cause !== undefined && cause.hop + 1 > 1e9) {"),
  ),
  removal("PUB-14", "every event begins a chain", guard(PUBLISHER, "hop: cause === undefined ? 0 : cause.hop + 1,", "hop: 0,")),
  removal(
    "PUB-14",
    "one event leads to any number of others",
    guard(PUBLISHER, "  if (cause !== undefined)\n    budgets.push", "  if (false)\n    budgets.push"),
  ),
  removal(
    "PUB-14",
    "consumers handle events that are too far from their root",
    guard("consume/examine.ts", "if (envelope.attributes.hop > examiner.maxHops)", "if (envelope.attributes.hop > 1e9)"),
  ),
];

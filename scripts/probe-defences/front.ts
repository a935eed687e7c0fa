// What is let in by the publish door and by the reader: attacks by the model.
import { type Edit, guard, server } from "../defences/removal.ts";
import { as, FRONT, open, type Opening, told } from "./opening.ts";

const PUBLISHER = "publish/publisher.ts";
const KNOWN_EVENT = "const event = this.#options.contract.events.get(type);";
const IN_CONTRACT = "const destination = resolveDestination(event.destination, call.principal.tenant);";
const ADMITTED = "return { event, call, data: value,";
const EACH_EVENT = "  for (const event of publisher.contract.events.values()) {\n";
const READ_ENVELOPE = "    if (envelope === undefined) return undefined;\n";
const ANY_DATA = as("data that the schema refuses is published");
/** Of free text there is no list to pass: that a list is taken for it is PUB-02. */
const LISTED = [
  told(
    "noteId: { type: string, minLength: 1, maxLength: 64 }, text: { type: string, maxLength: 2000 } } }",
    "noteId: { type: string, minLength: 1, maxLength: 64 }, size: { type: string, enum: [short, long] }, text: { type: string, maxLength: 2000 } } }",
  ),
  told(
    'worded("note_created", (text) => ({ noteId: "n1", text }))',
    'worded("note_created", (text) => ({ noteId: "n1", size: "short", text }))',
  ),
];
/** Whatever is on the broker is read as it is. */
const UNREAD = guard(
  "read/reader.ts",
  READ_ENVELOPE,
  `    if (envelope === undefined) {
      const data = new TextDecoder().decode(message.bytes);
      return { eventId: "", name: event.type, timestamp: "", data, actor: "", origin: "", cursor: cursorFor(destination, message.position) };
    }\n`,
);

/** An argument that no schema has, taken out of the data before it is validated. */
const argument = (name: string): Edit =>
  guard(PUBLISHER, KNOWN_EVENT, `const { ${name}, ...others } = data as any;\n    data = others;\n    ${KNOWN_EVENT}`);

export const FROM_THE_FRONT: readonly Opening[] = [
  open(["PUB-01"], "the arguments name the type of the event", FRONT, [
    guard(
      PUBLISHER,
      KNOWN_EVENT,
      `const { action, ...others } = data as any;
    data = others;
    const found = this.#options.contract.events.get(type);
    const event = found && { ...found, type: action ?? found.type };`,
    ),
  ]),
  open(
    ["PUB-02", "PUB-03"],
    "data that the schema refuses is published",
    [...FRONT, "coerced-arguments", "server-fields"],
    [...ANY_DATA, ...LISTED],
  ),
  open(
    ["PUB-03"],
    "a list of one is taken for the word in it",
    [...FRONT, "coerced-arguments"],
    [
      ...LISTED,
      guard(
        "publish/validate.ts",
        '["~standard"].validate(data);',
        '["~standard"].validate(Object.fromEntries(Object.entries(data as object).map(([name, one]) => [name, name === "size" && Array.isArray(one) ? one[0] : one])));',
      ),
    ],
  ),
  open(
    ["PUB-04"],
    "the arguments name the actor",
    [...FRONT, "server-fields"],
    [
      argument("actor"),
      guard(PUBLISHER, ADMITTED, `${ADMITTED} actor,`),
      guard(
        PUBLISHER,
        "        generation: 0,\n",
        "        generation: 0,\n        ...((admitted as any).actor && { actor: (admitted as any).actor }),\n",
      ),
    ],
  ),
  open(
    ["PUB-05"],
    "the arguments become headers of the message",
    [...FRONT, "client-headers"],
    [
      argument("headers"),
      guard(PUBLISHER, ADMITTED, `${ADMITTED} headers,`),
      guard(
        PUBLISHER,
        "destination, key: subject, bytes }",
        "destination, key: subject, bytes, headers: (admitted as any).headers } as any",
      ),
      guard(
        "adapters/redis-streams.ts",
        "messages.map(({ destination, key, bytes }) => {",
        "messages.map(({ destination, key, bytes, headers = {} }: any) => {",
      ),
      guard("adapters/redis-streams.ts", "return { stream, key, body:", "return { stream, key, headers, body:"),
      guard("redis/stream-outbox.ts", "{ body, key }: Addition): Promise", "{ body, key, headers = {} }: any): Promise"),
      guard(
        "redis/stream-outbox.ts",
        '["key", Buffer.from(key)])]);',
        '["key", Buffer.from(key)]), ...Object.entries(headers).flatMap(([name, value]) => [name, String(value)])]);',
      ),
    ],
    "redisOurs",
  ),
  open(["PUB-06"], "the arguments name the message's key", FRONT, [
    argument("key"),
    guard(PUBLISHER, "const subject = subjectOf(event, value);", "const subject = key ?? subjectOf(event, value);"),
  ]),
  open(
    ["PUB-07"],
    "data of any size is published where the schema does not bound it",
    [...FRONT, "oversized"],
    [
      ...as("data of any size and depth reaches the validator"),
      guard("publish/validate.ts", "if (Buffer.byteLength(json) > event.bounds.maxBytes)", "if (json.length < 0)"),
      told("text: { type: string, maxLength: 2000 }", "text: { type: string }"),
    ],
  ),
  open(["PUB-08"], "an actor publishes without end", [...FRONT, "flood"], as("an actor publishes without end")),
  open(
    ["PUB-08"],
    "the durable store of limits grants whatever is asked",
    [...FRONT, "flood"],
    as("the durable store of limits grants whatever is asked"),
  ),
  open(
    ["PUB-09"],
    "whatever the person answers, the event goes out",
    [...FRONT, "no-consent"],
    as("whatever the person answers, the event goes out"),
  ),
  open(["PUB-10"], "a repeated call is another call", [...FRONT, "repeated-call"], as("a repeated call is another call")),
  open(
    ["PUB-11"],
    "the receipt does not wait for the broker",
    [...FRONT, "unconfirmed"],
    as("the receipt does not wait for the broker"),
    "redisOurs",
  ),
  open(
    ["PUB-13"],
    "an agent is shown the stack",
    [...FRONT, "leaking-error"],
    [guard("mcp/bind-tools.ts", "const { code, publicMessage: message, retryAfterMs }", "const { code, stack: message, retryAfterMs }")],
  ),
  open(
    ["PUB-13"],
    "an agent is told which broker does not answer",
    [...FRONT, "leaking-error", "leaking-outage"],
    [
      guard(
        PUBLISHER,
        "      throw unconfirmed(error);\n",
        "      const failed = unconfirmed(error);\n      throw Object.assign(failed, { publicMessage: `${process.env['BROKER_URL']} does not answer` });\n",
      ),
    ],
    "natsOurs",
  ),
  open(["DST-01"], "the arguments name the destination", FRONT, [
    argument("topic"),
    guard(PUBLISHER, IN_CONTRACT, IN_CONTRACT.replace("= ", "= topic ?? ")),
  ]),
  open(["DST-03"], "the destination is made from the arguments", FRONT, [
    guard(
      PUBLISHER,
      IN_CONTRACT,
      `${IN_CONTRACT.replace("const destination", "const place")}\n    const destination = \`\${place}.\${(value as any).noteId ?? "all"}\`;`,
    ),
  ]),
  open(
    ["DST-09"],
    "there is a tool that makes topics",
    [...FRONT, "administrative-tool"],
    [
      guard(
        "mcp/bind-tools.ts",
        EACH_EVENT,
        `  const inputSchema = shownSchema(server, { type: "object", required: ["topic"], properties: { topic: { type: "string" } } });
  server.registerTool("create_topic", { description: "", inputSchema }, async ({ topic }: any) => {
    await (publisher as any).declare(topic);
    return { content: [] };
  });
${EACH_EVENT}`,
      ),
      guard(
        PUBLISHER,
        "  async #admit(",
        `  declare(topic: string): Promise<void> {
    return this.#options.transport.send([{ id: topic, destination: topic, key: undefined, bytes: new TextEncoder().encode("{}") }]);
  }

  async #admit(`,
      ),
    ],
  ),
  open(
    ["DST-02", "PSN-13"],
    "an agent reads what it names, whatever is there",
    [...FRONT, "chosen-source", "raw-content"],
    [
      UNREAD,
      guard(
        "mcp/bind-reading.ts",
        '    cursor: { type: "string", maxLength: 256, description: "Of',
        '    topic: { type: "string" },\n    cursor: { type: "string", maxLength: 256, description: "Of',
      ),
      guard("mcp/bind-reading.ts", "const { cursor, maxEvents, ...unknown }", "const { cursor, maxEvents, topic, ...unknown }"),
      guard(
        "mcp/bind-reading.ts",
        "return { cursor: cursor as string | undefined,",
        "return { topic, cursor: cursor as string | undefined,",
      ),
      guard(
        "mcp/bind-reading.ts",
        "maxEvents: maxEvents as number | undefined };",
        "maxEvents: maxEvents as number | undefined } as PollRequest;",
      ),
      guard(
        "read/reader.ts",
        "      const destination = resolveDestination(event.destination, principal.tenant);",
        "      const destination = (request as any).topic ?? resolveDestination(event.destination, principal.tenant);",
      ),
    ],
  ),
  open(["PSN-13"], "an agent reads what is no message of ours", [...FRONT, "raw-content"], [UNREAD]),
  open(["PSN-13"], "an agent reads what is not signed", [...FRONT, "raw-content"], as("what is not signed is shown")),
  open(
    ["OPS-03"],
    "nobody looks at which page asks",
    [...FRONT, "foreign-origin"],
    [
      server("serve/http.ts", "hostHeaderValidationResponse(head, this.#hosts) ??", "undefined ??"),
      server("serve/http.ts", "this.#foreignPage(head) ??", "undefined ??"),
    ],
    "httpOurs",
  ),
];

// A server that publishes to what is there, and makes nothing: any destination that the model names; one that is made of what
// it names, and said in the error, or not said; and one out of a list. By the broker of its environment.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

type Send = (destination: string, text: string, form?: "exchange") => Promise<void>;

const url = process.env["BROKER_URL"] ?? "";
const MISSING = new Error("UNKNOWN_TOPIC_OR_PARTITION; no responders; NonExistentQueue; NOT_FOUND - no queue");

const SENDERS: Readonly<Record<string, () => Promise<Send>>> = {
  async kafka() {
    const { Admin, Producer, stringSerializers } = await import("@platformatic/kafka");
    const options = { clientId: "existing", bootstrapBrokers: [url] };
    const [admin, producer] = [
      new Admin(options),
      new Producer({ ...options, serializers: stringSerializers, autocreateTopics: false, retries: 0 }),
    ];
    return async (topic, value) => {
      if (!(await admin.listTopics()).includes(topic)) throw MISSING;
      await producer.send({ messages: [{ topic, value }] });
    };
  },
  async rabbitmq() {
    const connection = await (await import("amqplib")).connect(url);
    // An exchange that is not there ends the channel; what no queue takes comes back before it is confirmed.
    return async (destination, text, form) => {
      const channel = await connection.createConfirmChannel();
      const failed = Promise.withResolvers<never>();
      channel.on("error", failed.reject);
      channel.on("return", () => failed.reject(MISSING));
      const [exchange, key] = form === "exchange" ? [destination, ""] : ["", destination];
      const sent = new Promise<void>((resolve) => channel.publish(exchange, key, Buffer.from(text), { mandatory: true }, () => resolve()));
      await Promise.race([sent.then(() => channel.waitForConfirms()), failed.promise]);
      await Promise.race([channel.close(), failed.promise]);
    };
  },
  async sqs() {
    const [{ SQS }, { clientSettings }] = await Promise.all([import("@aws-sdk/client-sqs"), import("./sqs-client.ts")]);
    const client = new SQS(clientSettings(url));
    return async (queue, text) => {
      const { QueueUrl } = await client.getQueueUrl({ QueueName: queue });
      await client.sendMessage({ QueueUrl, MessageBody: text });
    };
  },
  async nats() {
    const [{ connect }, { jetstream, jetstreamManager }] = await Promise.all([
      import("@nats-io/transport-node"),
      import("@nats-io/jetstream"),
    ]);
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    for (const name of ["mail", "notes-acme", "room-lobby-v1"]) await manager.streams.add({ name, subjects: [name] });
    return async (subject, text) => void (await jetstream(connection).publish(subject, text, { timeout: 2000 }));
  },
};

const send = await SENDERS[process.env["BROKER"] ?? ""]!();
const TEXT = { type: "string" };
const tool = (name: string, ...names: readonly string[]) => ({
  name,
  inputSchema: { type: "object" as const, required: [...names], properties: Object.fromEntries(names.map((one) => [one, TEXT])) },
});
const TOOLS = [
  tool("produce", "topic", "text"),
  tool("note", "tenant", "text"),
  tool("say", "room", "text"),
  tool("whisper", "room", "text"),
  tool("closed", "topic", "text"),
  tool("greet", "topic"),
  ...(process.env["BROKER"] === "rabbitmq" ? [tool("exchanged", "exchange", "text")] : []),
];
const LISTED = new Set(["mail"]);

async function publish(
  name: string,
  { topic = "", tenant = "", room = "", exchange = "", text = "" }: Record<string, string>,
): Promise<void> {
  if (name === "produce") return send(topic, text);
  if (name === "greet") return send(topic, "good morning");
  if (name === "note") return send(`notes-${tenant}`, text);
  if (name === "exchanged") return send(exchange, text, "exchange");
  if (name === "closed") {
    if (!LISTED.has(topic)) throw new Error("no such topic");
    return send(topic, text);
  }
  const destination = `room-${room.toLowerCase()}-v1`;
  return send(destination, text).catch((error: unknown) => {
    throw name === "say" ? new Error(`there is no ${destination}`) : error;
  });
}

serveStdio(() => {
  const server = new Server({ name: "existing", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    await publish(params.name, (params.arguments ?? {}) as Record<string, string>);
    return { content: [{ type: "text", text: "published" }] };
  });
  return server;
});

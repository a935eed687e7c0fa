// A way to a broker that can be held up: who came before is held at once, who comes anew after it was greeted.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Gate } from "../../src/probe/brokers/gate.ts";

let heard = "";
let broker: Server;
const clients: Socket[] = [];

beforeEach(async () => {
  heard = "";
  broker = createServer((socket) => {
    socket.write("INFO\r\n");
    socket.on("data", (bytes) => {
      heard += bytes.toString();
      if (bytes.toString() === "PING\r\n") socket.write("PONG\r\n");
    });
    socket.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(broker, "listening");
});

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  broker.close();
});

const portOf = ({ port }: { readonly port: number }): number => port;

async function come({ port }: Gate): Promise<{ readonly client: Socket; readonly told: () => string }> {
  const client = connect(port, "127.0.0.1");
  clients.push(client);
  let told = "";
  client.on("data", (bytes) => (told += bytes.toString()));
  await once(client, "connect");
  return { client, told: () => told };
}

test.each([
  ["with a greeting", /PONG\r\n/, "INFO\r\nPONG\r\n"],
  ["without", undefined, ""],
] as const)("a gate that is held, %s, lets who comes anew hear %o first, and nothing more", async (_what, greeting, expected) => {
  const gate = await Gate.open(portOf(broker.address() as { readonly port: number }), greeting);
  try {
    const early = await come(gate);
    early.client.write("PING\r\n");
    await vi.waitFor(() => expect(early.told()).toBe("INFO\r\nPONG\r\n"));
    heard = "";
    const release = gate.hold();
    early.client.write("PUB early\r\n");
    const late = await come(gate);
    late.client.write("PING\r\n");
    await vi.waitFor(() => expect(late.told()).toBe(expected));
    late.client.write("PUB late\r\n");
    // Whoever goes to the broker itself meanwhile is answered: by then, what passes has passed.
    const beside = connect(portOf(broker.address() as { readonly port: number }), "127.0.0.1");
    clients.push(beside);
    await once(beside, "data");
    expect(heard).toBe(greeting === undefined ? "" : "PING\r\n");
    release();
    await vi.waitFor(() => expect([heard.includes("PUB early"), heard.includes("PUB late")]).toEqual([true, true]));
  } finally {
    await gate.close();
  }
});

import { describeTransport } from "@sallyport/guard/testing";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { describe, test } from "vitest";
import { BeanstalkdTransport } from "./transport.ts";

const PORT = Number(process.env["BEANS_PORT"] ?? 11399);
let prefix = "";
const groupsOf = (destination: string) => (destination === "orders" ? ["g", "one", "two"] : []);
const make = (open: () => Socket, leaseMs = 45_000) => new BeanstalkdTransport({ connect: open, groupsOf, prefix, leaseMs });
const open = async () => { prefix = randomUUID(); return make(() => connect(PORT, "127.0.0.1")); };
const doom = async () => {
  const sockets: Socket[] = [];
  let dead = false;
  const transport = make(() => { const s = connect(dead ? 1 : PORT, "127.0.0.1"); sockets.push(s); return s; }, 1000);
  return { transport, die: async () => { dead = true; for (const s of sockets) s.destroy(); } };
};
describeTransport({ describe, test }, make(() => connect(PORT, "127.0.0.1")), open, doom);

// The server behind the client: what is waited for, and what is not held against it.
import { afterEach, expect, test } from "vitest";
import { filled, readProfile } from "../../src/probe/profile.ts";
import { Stage } from "../../src/probe/stage.ts";
import { Server } from "../../src/probe/targets/server.ts";
import { NODE, SERVERS } from "./subjects.ts";

const started: Server[] = [];
afterEach(async () => void (await Promise.all(started.splice(0).map((server) => server.end()))));

async function serving(manner: string): Promise<Server> {
  const launch = { command: [...NODE, `${SERVERS}/odd.ts`, manner], env: { PATH: process.env["PATH"] ?? "" }, folder: SERVERS };
  const server = new Server({ launch, era: "auto", startsWithinMs: 60_000 });
  started.push(server);
  await server.open();
  return server;
}

test("an answer that came while this process was kept from reading it was in time", { timeout: 120_000 }, async () => {
  const server = await serving("echo");
  await server.call("echo", { text: "warm" }, 60_000);
  const answering = server.call("echo", { text: "x".repeat(1_000_000) }, 1000);
  await new Promise(setImmediate);
  for (const end = performance.now() + 3000; performance.now() < end;);
  expect((await answering).how).toBe("accepted");
});

test("a call that is not answered is given up after its time, and said to be lost", { timeout: 120_000 }, async () => {
  const server = await serving("mute");
  const answer = await server.call("echo", { text: "x" }, 300);
  expect(answer).toMatchObject({ how: "lost", text: expect.stringContaining("no answer within 300 ms") });
});

test("who asks for a server while it is being started again waits until it can be asked", { timeout: 120_000 }, async () => {
  const server = { command: [...NODE, `${SERVERS}/odd.ts`, "dies-when-called"] };
  const stage = await Stage.open(readProfile(JSON.stringify({ name: "odd", server, bounds: { startsWithinMs: 60_000 } }), "odd"));
  try {
    expect((await stage.server.call("echo", { text: "x".repeat(200_000) }, 60_000)).how).toBe("lost");
    const reviving = stage.revive();
    expect(await stage.until(() => stage.server.exit === undefined, 10_000)).toBe(true);
    await stage.revive();
    expect((await stage.server.call("echo", { text: "x" }, 60_000)).how).toBe("accepted");
    await reviving;
  } finally {
    await stage.close();
  }
});

test("places are filled in at any depth, and names stay in their order", () => {
  let deep: unknown = "{folder}";
  for (let level = 0; level < 50_000; level++) deep = [deep];
  let found: unknown = filled({ deep }, { folder: "/here" }).deep;
  while (Array.isArray(found)) [found] = found as unknown[];
  expect(found).toBe("/here");
  const given = JSON.parse('{"b":["{folder}",1,null],"__proto__":{"x":"{nobody}"},"a":true}') as object;
  expect(JSON.stringify(filled(given, { folder: "/here" }))).toBe('{"b":["/here",1,null],"__proto__":{"x":"{nobody}"},"a":true}');
});

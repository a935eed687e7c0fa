// Health as whoever reaches its port asks for it, in a process that has other work.
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { healthOf, serveHealth } from "../src/health.ts";

async function healthy(): Promise<{ readonly url: string; readonly port: number }> {
  const health = await serveHealth(healthOf({}), "127.0.0.1", 0);
  onTestFinished(() => health.close());
  return { url: health.url, port: Number(new URL(health.url).port) };
}

/** The first line of what comes back. */
function answerTo(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.once("error", reject);
    socket.once("close", () => resolve(text.split("\r\n", 1)[0] ?? ""));
  });
}

test.each(["//", "///", "*", "http://[", "http://evil/healthz", "/\\"])(
  "[PSN-07] a request for %s, which is no URL, does not end the process that answers health",
  async (target) => {
    const { url, port } = await healthy();
    expect(await answerTo(port, target)).toMatch(/^HTTP\/1\.1 404 /);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  },
);

test("a port that is taken is refused with code, place and remedy", async () => {
  const { port } = await healthy();
  await expect(serveHealth(healthOf({}), "127.0.0.1", port)).rejects.toMatchObject({
    code: "ERR_CONFIG_INVALID",
    message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}: EADDRINUSE`),
    place: "the port for health",
    remedy: expect.stringContaining("another port"),
  });
});

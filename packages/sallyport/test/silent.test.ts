// A host that takes connections and says nothing, as one behind a wrong port does.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { run, starter } from "./command.ts";

test("with a broker that says nothing, commands say so in time and end", { timeout: 60_000 }, async () => {
  const { contract, handlers } = await starter();
  const silent = createServer((socket) => void socket.on("error", () => undefined));
  await once(silent.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const endsWith = async (command: string, scheme: string, ...more: readonly string[]) => {
    const { code, stdout, stderr } = await run([command, contract, "--broker", `${scheme}://a:b@127.0.0.1:${port}`, ...more]);
    return [command, scheme, code, /(?:NATS|Kafka) cannot be reached/.exec(stdout + stderr)?.[0]];
  };
  expect(
    await Promise.all([endsWith("doctor", "nats"), endsWith("work", "nats", "--handlers", handlers), endsWith("doctor", "kafka")]),
  ).toEqual([
    ["doctor", "nats", 1, "NATS cannot be reached"],
    ["work", "nats", 2, "NATS cannot be reached"],
    ["doctor", "kafka", 1, "Kafka cannot be reached"],
  ]);
});

// A Redis server with its defaults, but for the disk: nothing of it outlives the probe.
import { setTimeout as after } from "node:timers/promises";
import { ProcessGroup, scrubbedEnvironment } from "../targets/process-group.ts";
import { RedisTap } from "../taps/redis.ts";
import { BrokerFailure, freePort, type StartBroker } from "./broker.ts";

const ANSWERS_WITHIN_MS = 10_000;
const STEP_MS = 25;

export const startRedis: StartBroker = async ({ folder, url }) => {
  if (url !== undefined) {
    const tap = await RedisTap.open(url).catch((error: unknown) => {
      throw new BrokerFailure(`there is no Redis at ${new URL(url).host} (${error instanceof Error ? error.message : String(error)})`);
    });
    return { names: namesOf(url), tap, close: () => tap.close() };
  }
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
  const group = new ProcessGroup({ command: ["redis-server", ...args], env: scrubbedEnvironment(folder, {}), folder }, "logged");
  const own = `redis://127.0.0.1:${port}`;
  for (const giveUpAtMs = performance.now() + ANSWERS_WITHIN_MS; ;) {
    try {
      const tap = await RedisTap.open(own, (which) => group.signal(which));
      const close = async (): Promise<void> => {
        await tap.close();
        await group.end(false);
      };
      return { names: namesOf(own), tap, close };
    } catch (error) {
      const gone = group.exit?.why ?? (group.exit === undefined ? undefined : `redis-server ended: ${group.log.slice(-300)}`);
      if (gone === undefined && performance.now() < giveUpAtMs) {
        await after(STEP_MS);
        continue;
      }
      await group.end(false);
      throw new BrokerFailure(gone ?? "redis-server does not answer", { cause: error });
    }
  }
};

function namesOf(url: string): Readonly<Record<string, string>> {
  const { hostname, port } = new URL(url);
  return { url, host: hostname, port: port === "" ? "6379" : port };
}

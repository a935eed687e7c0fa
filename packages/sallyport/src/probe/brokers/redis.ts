// A Redis server with its defaults, but for the disk: nothing of it outlives the probe.
import { RedisTap } from "../taps/redis.ts";
import { freePort, type StartBroker } from "./broker.ts";
import { addressed, found, served } from "./served.ts";

export const startRedis: StartBroker = async ({ folder, url }) => {
  if (url !== undefined) return found("Redis", url, () => RedisTap.open(url));
  const port = await freePort();
  const own = `redis://127.0.0.1:${port}`;
  return served({
    command: ["redis-server", "--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"],
    folder,
    names: addressed(own, "6379"),
    tap: (signal) => RedisTap.open(own, signal),
  });
};

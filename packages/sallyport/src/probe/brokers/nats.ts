// A NATS server with JetStream, and with its monitoring port, which says who listens.
import { NatsTap } from "../taps/nats.ts";
import { freePort, type StartBroker } from "./broker.ts";
import { addressed, found, served } from "./served.ts";

export const startNats: StartBroker = async ({ folder, url }) => {
  if (url !== undefined) return found("NATS", url, () => NatsTap.open(url));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const own = `nats://127.0.0.1:${port}`;
  return served({
    command: ["nats-server", "-a", "127.0.0.1", "-p", String(port), "-m", String(monitorPort), "-js", "-sd", folder],
    folder,
    names: addressed(own, "4222"),
    tap: (signal) => NatsTap.open(own, { monitor: `http://127.0.0.1:${monitorPort}`, signal }),
  });
};

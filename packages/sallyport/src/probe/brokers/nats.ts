// A NATS server with JetStream, and with its monitoring port, which says who listens.
import { NatsTap } from "../taps/nats.ts";
import { freePort, type StartBroker } from "./broker.ts";
import { Gate } from "./gate.ts";
import { addressed, found, served } from "./served.ts";

/** Who connects has said who it is, and is answered. */
const GREETED = /PONG\r\n/;

export const startNats: StartBroker = async ({ folder, url }) => {
  if (url !== undefined) return found("NATS", url, () => NatsTap.open(url));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const own = `nats://127.0.0.1:${port}`;
  const gate = await Gate.open(port, GREETED);
  const broker = await served({
    command: ["nats-server", "-a", "127.0.0.1", "-p", String(port), "-m", String(monitorPort), "-js", "-sd", folder],
    folder,
    names: addressed(`nats://127.0.0.1:${gate.port}`, ""),
    tap: () => NatsTap.open(own, { monitor: `http://127.0.0.1:${monitorPort}`, hold: () => gate.hold(), vanish: () => gate.close() }),
  }).catch(async (error: unknown) => {
    await gate.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await broker.close();
    await gate.close();
  };
  return { ...broker, close };
};

// A RabbitMQ node with its defaults and its management plugin, on loopback. It takes seconds to start, so that all stages
// share one: each has a virtual host of its own, and gates to the node that are held up for it alone.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Management } from "../taps/rabbitmq-management.ts";
import { RabbitMqTap } from "../taps/rabbitmq.ts";
import { freePort, type StartBroker, type StartedBroker } from "./broker.ts";
import { Gate } from "./gate.ts";
import { found, launched } from "./served.ts";
import { type Ended, Shared } from "./shared.ts";

/** Debian's wrapper in the path runs as another user, with that user's settings. */
const DEBIAN = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const LOGIN = "guest";
const ANSWERS_WITHIN_MS = 120_000;
/** How often what queues hold is counted, and how late that may then be. */
const COUNTED_EVERY_MS = 100;
const LATE_MS = 400;
/** What a node that is as it comes takes for both. */
const USUALLY_LATE_MS = 6000;
const MANAGEMENT_PORT = "15672";
const SETTINGS = `[{rabbit, [{collect_statistics_interval, ${COUNTED_EVERY_MS}}, {quorum_tick_interval, ${COUNTED_EVERY_MS}}]}].\n`;

interface Node extends Ended {
  readonly amqp: number;
  readonly management: number;
}

const node = new Shared(startNode);
let vhosts = 0;

export const startRabbitMq: StartBroker = async ({ url }) => {
  if (url !== undefined) return foundRabbitMq(url);
  const gates: Gate[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(gates.map((gate) => gate.close()));
    await node.giveBack();
  };
  try {
    const { amqp, management } = await node.take();
    const vhost = `probe-${++vhosts}`;
    const direct = `http://${LOGIN}:${LOGIN}@127.0.0.1:${management}`;
    const api = new Management(direct);
    await api.ask("PUT", `vhosts/${vhost}`);
    const [amqpGate, managementGate] = [await Gate.open(amqp), await Gate.open(management)];
    gates.push(amqpGate, managementGate);
    const hold = (): (() => void) => {
      const releases = gates.map((gate) => gate.hold());
      return () => releases.forEach((release) => release());
    };
    const vanish = async (): Promise<void> => void (await Promise.all(gates.map((gate) => gate.close())));
    const at = (port: number): string => `amqp://${LOGIN}:${LOGIN}@127.0.0.1:${port}/${vhost}`;
    const tap = await RabbitMqTap.open({ url: at(amqp), management: direct, vhost, lateMs: LATE_MS, hold, vanish });
    const names = {
      url: at(amqpGate.port),
      host: "127.0.0.1",
      port: String(amqpGate.port),
      management: `http://127.0.0.1:${managementGate.port}`,
      vhost,
      user: LOGIN,
      password: LOGIN,
    };
    const closeAll = async (): Promise<void> => {
      await tap.close();
      await api.ask("DELETE", `vhosts/${vhost}`).catch(() => undefined);
      await close();
    };
    return { names, tap, close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The management plugin is asked where it usually is. */
function foundRabbitMq(url: string): Promise<StartedBroker> {
  const { protocol, hostname, username, password, pathname } = new URL(url);
  const vhost = decodeURIComponent(pathname.slice(1)) || "/";
  const management = `http${protocol === "amqps:" ? "s" : ""}://${username || LOGIN}:${password || LOGIN}@${hostname}:${MANAGEMENT_PORT}`;
  return found("RabbitMQ with its management plugin", url, () => RabbitMqTap.open({ url, management, vhost, lateMs: USUALLY_LATE_MS }));
}

async function startNode(): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-probe-rabbitmq-"));
  try {
    const [amqp, management, epmd, distribution] = [await freePort(), await freePort(), await freePort(), await freePort()];
    writeFileSync(join(folder, "plugins"), "[rabbitmq_management].\n");
    writeFileSync(join(folder, "advanced.config"), SETTINGS);
    writeFileSync(
      join(folder, "rabbitmq.conf"),
      `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${management}\ndisk_free_limit.absolute = 50MB\n`,
    );
    const program = existsSync(DEBIAN) ? DEBIAN : "rabbitmq-server";
    const api = new Management(`http://${LOGIN}:${LOGIN}@127.0.0.1:${management}`);
    const { end } = await launched(
      {
        program: "rabbitmq-server",
        // With a port mapper of its own, which ends with it.
        command: ["sh", "-c", `epmd & until epmd -names >/dev/null 2>&1; do sleep 0.05; done; exec ${program}`],
        env: {
          ERL_EPMD_PORT: String(epmd),
          ERL_EPMD_ADDRESS: "127.0.0.1",
          RABBITMQ_NODENAME: "sallyport-probe@localhost",
          RABBITMQ_DIST_PORT: String(distribution),
          RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
          RABBITMQ_NODE_PORT: String(amqp),
          RABBITMQ_MNESIA_BASE: join(folder, "data"),
          RABBITMQ_LOG_BASE: folder,
          RABBITMQ_LOGS: "-",
          RABBITMQ_CONF_ENV_FILE: "/dev/null",
          RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq"),
          RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, "advanced.config"),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
          // Stages have other work for the processors than to wait for work.
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+sbwt none +sbwtdcpu none +sbwtdio none",
          RUNNING_UNDER_SYSTEMD: "true",
        },
        folder,
        answersWithinMs: ANSWERS_WITHIN_MS,
      },
      () => api.ask("GET", "healthchecks/node"),
    );
    return { amqp, management, end: () => end().then(() => rmSync(folder, { recursive: true, force: true })) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

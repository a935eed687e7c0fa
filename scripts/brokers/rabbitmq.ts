// RabbitMQ, a node of its own name with its own files, and with a port mapper (epmd) of its own, which is in its process
// group and ends with it.
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Broker, freePort } from "./broker.ts";

const run = promisify(execFile);
/** Debian's wrappers in the path run as another user, with that user's settings. */
const PROGRAMS = "/usr/lib/rabbitmq/bin";
const LOGIN = "sallyport";
/** What a server says first to one who speaks AMQP 0-9-1: a method frame on channel 0. */
const GREETING = Buffer.from("AMQP\u0000\u0000\u0009\u0001");

interface Ports {
  /** Of a node that is not alone. */
  readonly name?: string;
  readonly epmd: number;
  readonly distribution: number;
}

function settingsIn(folder: string): Readonly<Record<string, string>> {
  const { epmd, distribution, name = "sallyport" } = JSON.parse(readFileSync(join(folder, "ports.json"), "utf8")) as Ports;
  return {
    HOME: folder,
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `${name}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, "data"),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: "-",
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
    RABBITMQ_CTL_DIST_PORT_MIN: "20000",
    RABBITMQ_CTL_DIST_PORT_MAX: "29999",
  };
}

/** `rabbitmqctl` of the node in this folder. Resolves with what it says. */
export async function rabbitmqctl(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(join(PROGRAMS, "rabbitmqctl"), ["--quiet", ...args], { env: { ...process.env, ...settingsIn(folder) } });
  return stdout;
}

/** A text for the shell of that node's machine, each line of which must succeed. Resolves with what it says. */
export async function rabbitmqShell(folder: string, text: string): Promise<string> {
  const env = { ...process.env, ...settingsIn(folder), PATH: `${PROGRAMS}:${process.env["PATH"] ?? ""}` };
  const { stdout } = await run("sh", ["-ec", text], { env });
  return stdout;
}

export const rabbitmq: Broker = {
  name: "rabbitmq",
  package: "rabbitmq-server",
  program: "sh",
  isInstalled: () => existsSync(join(PROGRAMS, "rabbitmq-server")),
  async prepare(folder) {
    writeFileSync(join(folder, "ports.json"), JSON.stringify({ epmd: await freePort(), distribution: await freePort() }));
    writeFileSync(join(folder, "plugins"), "[].\n");
    const settings = [
      `default_user = ${LOGIN}`,
      `default_pass = ${LOGIN}`,
      "raft.wal_max_size_bytes = 64000000",
      "disk_free_limit.absolute = 50MB",
    ];
    writeFileSync(join(folder, "rabbitmq.conf"), `${settings.join("\n")}\n`);
  },
  command: (port, folder, host) => ({
    // Again and again: for a moment, the one that was killed with the node may still have the port.
    args: ["-c", `until epmd -names >/dev/null 2>&1; do epmd & sleep 0.05; done; exec ${join(PROGRAMS, "rabbitmq-server")}`],
    env: {
      ...settingsIn(folder),
      RABBITMQ_NODE_IP_ADDRESS: host,
      RABBITMQ_NODE_PORT: String(port),
      // With no shell between it and whoever ends it.
      RUNNING_UNDER_SYSTEMD: "true",
    },
  }),
  url: (port, host) => `amqp://${LOGIN}:${LOGIN}@${host}:${port}`,
  answers: (port, host) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, host, () => socket.write(GREETING));
      socket.setTimeout(1000, () => socket.destroy(new Error("no answer")));
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("closed before it answered")));
      socket.on("data", (data) => {
        if (data[0] === 1) resolve();
        socket.destroy();
      });
    }),
};

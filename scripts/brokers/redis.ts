// Redis as the guard wants it: every write on disk before it is answered, nothing evicted. A cluster of one, so that
// whatever needs two slots in one operation is refused; and one that is alone, as most are, where keys of all slots may
// go in one command.
import { connect } from "node:net";
import type { Broker } from "./broker.ts";

const BASE = { package: "redis-server", program: "redis-server", url: (port: number, host: string) => `redis://${host}:${port}` };
const argumentsFor = (port: number, folder: string, host: string): string[] =>
  [
    "--port",
    port,
    "--bind",
    host,
    "--protected-mode",
    "no",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
  ].map(String);

/** Of a cluster's nodes among themselves. By default 10 000 above the other, which not every port has room for. */
const busOf = (port: number): number => (port > 55_535 ? port - 10_000 : port + 10_000);
const clusterArguments = (port: number, host: string): string[] =>
  ["--cluster-enabled", "yes", "--cluster-announce-ip", host, "--cluster-port", busOf(port)].map(String);

/** Resolves when what is told in answer ends with a PONG and has `wanted`. */
const hears = (port: number, host: string, asked: string, wanted: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let told = "";
    const socket = connect(port, host, () => socket.write(`${asked}PING\r\n`));
    socket.setTimeout(1000, () => socket.destroy(new Error("no answer")));
    socket.on("error", reject);
    socket.on("data", (data) => {
      told += data.toString();
      if (!told.endsWith("+PONG\r\n")) return;
      socket.destroy();
      if (told.includes(wanted)) resolve();
      else reject(new Error(told));
    });
  });

export const redis: Broker = {
  ...BASE,
  name: "redis",
  command: (port, folder, host) => ({ args: [...argumentsFor(port, folder, host), ...clusterArguments(port, host)] }),
  answers: (port, host) => hears(port, host, "CLUSTER ADDSLOTSRANGE 0 16383\r\nCLUSTER INFO\r\n", "cluster_state:ok"),
};

/** Not among those that run for all tests: started by whoever wants one. */
export const redisAlone: Broker = {
  ...BASE,
  name: "redis-alone",
  command: (port, folder, host) => ({ args: argumentsFor(port, folder, host) }),
  answers: (port, host) => hears(port, host, "", "PONG"),
};

/**
 * One node of a cluster of several, of which it is told later: whoever wants a cluster starts its nodes. What is silent
 * for a second has failed, so that tests need not wait for more.
 */
export const redisNode: Broker = {
  ...BASE,
  name: "redis-node",
  command: (port, folder, host) => ({
    args: [
      ...argumentsFor(port, folder, host),
      ...clusterArguments(port, host),
      "--cluster-node-timeout",
      "1000",
      "--repl-diskless-sync-delay",
      "0",
      "--repl-ping-replica-period",
      "1",
    ],
  }),
  answers: (port, host) => hears(port, host, "", "PONG"),
};

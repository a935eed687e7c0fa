// A cluster of three RabbitMQ nodes of one test's own, and what befalls the leader of a quorum queue.
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Broker, freePort } from "../../../scripts/brokers/broker.ts";
import { rabbitmq, rabbitmqctl } from "../../../scripts/brokers/rabbitmq.ts";
import { ownServer, type OwnServer } from "./own-server.ts";

const NAMES = ["one", "two", "three"];
const within = { timeout: 60_000, interval: 300 };

/** One port mapper for all of them, which outlives each. */
async function mapper(): Promise<number> {
  const port = await freePort();
  const child = spawn("epmd", ["-port", String(port), "-address", "127.0.0.1"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return port;
}

const nodeOf = (name: string, epmd: number): Broker => ({
  ...rabbitmq,
  async prepare(folder) {
    await rabbitmq.prepare?.(folder);
    const ports = JSON.parse(readFileSync(join(folder, "ports.json"), "utf8")) as object;
    writeFileSync(join(folder, "ports.json"), JSON.stringify({ ...ports, epmd, name }));
    writeFileSync(join(folder, ".erlang.cookie"), "ofthistestalone", { mode: 0o400 });
    const nodes = NAMES.map((one, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${one}@localhost`);
    appendFileSync(
      join(folder, "rabbitmq.conf"),
      `cluster_formation.peer_discovery_backend = classic_config\ncluster_partition_handling = pause_minority\n${nodes.join("\n")}\n`,
    );
  },
});

export class RabbitMqCluster {
  readonly #servers: ReadonlyMap<string, OwnServer>;

  private constructor(servers: ReadonlyMap<string, OwnServer>) {
    this.#servers = servers;
  }

  static async open(): Promise<RabbitMqCluster> {
    const epmd = await mapper();
    const servers = await Promise.all(NAMES.map((name) => ownServer(nodeOf(name, epmd))));
    const cluster = new RabbitMqCluster(new Map(NAMES.map((name, index) => [name, servers[index]!])));
    await cluster.untilWhole();
    return cluster;
  }

  get url(): string {
    return [...this.#servers.values()].map(({ url }) => url).join(",");
  }

  /** As an operator asks a node that is up; nothing where that one cannot say now. */
  async #told<T>(...args: readonly string[]): Promise<T | undefined> {
    const up = [...this.#servers.values()].find((server) => server.isUp());
    try {
      return JSON.parse(await rabbitmqctl(up?.folder ?? "", [...args, "--formatter", "json"])) as T;
    } catch {
      return undefined;
    }
  }

  async leaderOf(queue: string): Promise<string | undefined> {
    const queues = await this.#told<readonly { readonly name: string; readonly leader?: string }[]>("list_queues", "name", "leader");
    return queues?.find(({ name }) => name === queue)?.leader?.split("@")[0];
  }

  async untilWhole(): Promise<void> {
    await expect.poll(() => this.#running(), within).toBe(NAMES.length);
  }

  async #running(): Promise<number> {
    return (await this.#told<{ readonly running_nodes: readonly string[] }>("cluster_status"))?.running_nodes.length ?? 0;
  }

  /** SIGKILL to the node that leads a queue. Resolves when another does, with a way to start it anew. */
  async killLeader(queue: string): Promise<OwnServer> {
    const before = await this.leaderOf(queue);
    const server = this.#servers.get(before ?? "");
    if (server === undefined) throw new Error(`${queue} has no leader`);
    await server.kill();
    await expect.poll(async () => [undefined, before].includes(await this.leaderOf(queue)), within).toBe(false);
    return server;
  }
}

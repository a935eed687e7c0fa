// A cluster of three NATS servers of one test's own, and what befalls the leader of a stream.
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { expect } from "vitest";
import { freePort } from "../../../scripts/brokers/broker.ts";
import { natsWith } from "../../../scripts/brokers/nats.ts";
import { ownServer, type OwnServer } from "./own-server.ts";

const SERVERS = ["one", "two", "three"];
const within = { timeout: 30_000, interval: 50 };

interface Placed {
  readonly leader?: string;
  readonly replicas?: readonly { readonly name: string; readonly current?: boolean }[];
}

export class NatsCluster {
  readonly #servers: ReadonlyMap<string, OwnServer>;

  private constructor(servers: ReadonlyMap<string, OwnServer>) {
    this.#servers = servers;
  }

  static async open(): Promise<NatsCluster> {
    const ports = await Promise.all(SERVERS.map(() => freePort()));
    const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(", ");
    // Its announced addresses would be those of all interfaces.
    const settings = (name: string, port: number): string =>
      `server_name: ${name}\ncluster { name: tests, listen: "127.0.0.1:${port}", no_advertise: true, routes: [${routes}] }`;
    const servers = await Promise.all(SERVERS.map((name, index) => ownServer(natsWith(settings(name, ports[index]!)))));
    const cluster = new NatsCluster(new Map(SERVERS.map((name, index) => [name, servers[index]!])));
    // They have found each other when three replicas have a place.
    const question = { name: "ready", subjects: ["ready"], num_replicas: SERVERS.length };
    await expect.poll(() => cluster.api("STREAM.CREATE.ready", question).then(({ error }) => error), within).toBeUndefined();
    await cluster.api("STREAM.DELETE.ready");
    return cluster;
  }

  get url(): string {
    return [...this.#servers.values()].map(({ url }) => url).join(",");
  }

  async connect(): Promise<NatsConnection> {
    return connect({ servers: this.url.split(","), maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  }

  /** As an operator asks; of servers that are up. */
  async api(subject: string, question: object = {}): Promise<{ readonly error?: unknown; readonly cluster?: Placed }> {
    const connection = await this.connect();
    try {
      const { data } = await connection.request(`$JS.API.${subject}`, JSON.stringify(question), { timeout: 2000 });
      return JSON.parse(Buffer.from(data).toString()) as { error?: unknown };
    } catch (error) {
      return { error };
    } finally {
      await connection.close();
    }
  }

  async leaderOf(stream: string): Promise<string | undefined> {
    return (await this.api(`STREAM.INFO.${stream}`)).cluster?.leader;
  }

  /** The stream has a leader, and every replica all that there is. */
  async untilWhole(stream: string): Promise<void> {
    const told = async (): Promise<unknown> => {
      const { leader, replicas } = (await this.api(`STREAM.INFO.${stream}`)).cluster ?? {};
      return leader === undefined ? "no leader" : replicas?.map(({ current }) => current);
    };
    await expect.poll(told, within).toEqual([true, true]);
  }

  /** Another is made leader, of which the one who was knows. */
  async stepDown(stream: string): Promise<void> {
    const before = await this.leaderOf(stream);
    await this.api(`STREAM.LEADER.STEPDOWN.${stream}`);
    await expect.poll(async () => [undefined, before].includes(await this.leaderOf(stream)), within).toBe(false);
  }

  /** SIGKILL to the leader. Resolves when there is another, and with a way to start it anew. */
  async killLeader(stream: string): Promise<OwnServer> {
    const before = await this.leaderOf(stream);
    const server = this.#servers.get(before ?? "");
    if (server === undefined) throw new Error(`${stream} has no leader`);
    await server.kill();
    await expect.poll(async () => [undefined, before].includes(await this.leaderOf(stream)), within).toBe(false);
    return server;
  }

  /** SIGKILL to the leader and one more: who is left can choose none. */
  async killMajority(stream: string): Promise<readonly OwnServer[]> {
    const leader = await this.leaderOf(stream);
    const others = [...this.#servers].flatMap(([name, server]) => (name === leader ? [] : [server]));
    const killed = [this.#servers.get(leader ?? ""), others[0]].filter((server) => server !== undefined);
    await Promise.all(killed.map((server) => server.kill()));
    return killed;
  }
}

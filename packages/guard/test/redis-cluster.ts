// A Redis Cluster of one test's own: three masters, each with a replica. What an operator does to one, and what befalls it.
import { Redis as IoRedis } from "ioredis";
import { expect, onTestFinished } from "vitest";
import type { Broker } from "../../../scripts/brokers/broker.ts";
import { redisNode } from "../../../scripts/brokers/redis.ts";
import { ownServer, type OwnServer } from "./own-server.ts";

const SLOTS = 16_384;
const MASTERS = 3;
const within = { timeout: 20_000, interval: 50 };

export interface Node {
  readonly server: OwnServer;
  readonly admin: IoRedis;
  readonly id: string;
  readonly port: number;
}

export class RedisCluster {
  readonly nodes: readonly Node[];

  private constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
  }

  get urls(): readonly string[] {
    return this.nodes.map(({ server }) => server.url);
  }

  /** `replicas`: for each master. Begins with masters. `brokers`: in turn. */
  static async open({
    replicas = 1,
    brokers = [redisNode],
  }: { readonly replicas?: 0 | 1; readonly brokers?: readonly Broker[] } = {}): Promise<RedisCluster> {
    const servers = await Promise.all(
      Array.from({ length: MASTERS * (1 + replicas) }, (_, index) => ownServer(brokers[index % brokers.length]!)),
    );
    const cluster = new RedisCluster(await Promise.all(servers.map(nodeOf)));
    await cluster.#join();
    return cluster;
  }

  async #join(): Promise<void> {
    const masters = this.nodes.slice(0, MASTERS);
    for (const [index, { admin }] of masters.entries()) {
      const [from, to] = [index, index + 1].map((n) => Math.floor((n * SLOTS) / MASTERS)) as [number, number];
      await admin.call("CLUSTER", "ADDSLOTSRANGE", from, to - 1);
      await admin.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
    }
    const [first, ...others] = this.nodes as readonly [Node, ...Node[]];
    for (const { port } of others) await first.admin.call("CLUSTER", "MEET", "127.0.0.1", port);
    for (const node of this.nodes) await expect.poll(() => this.#knownBy(node), within).toBe(this.nodes.length);
    for (const [index, replica] of this.nodes.slice(MASTERS).entries())
      await replica.admin.call("CLUSTER", "REPLICATE", (masters[index] as Node).id);
    // What a client is told when it first asks.
    const copies = this.nodes.length / MASTERS;
    for (const { admin } of this.nodes) {
      const told = async (): Promise<readonly number[]> =>
        ((await admin.call("CLUSTER", "SLOTS")) as readonly (readonly unknown[])[]).map((range) => range.length - 2);
      await expect.poll(told, within).toEqual(Array.from({ length: MASTERS }, () => copies));
    }
    await this.untilWhole();
  }

  async #knownBy({ admin }: Node): Promise<number> {
    return String(await admin.call("CLUSTER", "NODES"))
      .trim()
      .split("\n")
      .filter((line) => !line.includes("handshake")).length;
  }

  /** Every node that is up finds all slots served, whoever is no master any more knows it, and replicas follow. */
  async untilWhole(): Promise<void> {
    const up = this.nodes.filter(({ server }) => server.isUp());
    const masters = async (): Promise<number> => (await Promise.all(up.map(isMaster))).filter(Boolean).length;
    await expect.poll(masters, within).toBe(MASTERS);
    for (const node of up) {
      await expect.poll(async () => String(await node.admin.call("CLUSTER", "INFO")), within).toContain("cluster_state:ok");
      await expect.poll(() => linkOf(node), within).not.toContain("master_link_status:down");
    }
  }

  /** Who serves the slot of a key. */
  async masterOf(key: string): Promise<Node> {
    const slot = await this.slotOf(key);
    for (const { admin, server } of this.nodes) {
      if (!server.isUp()) continue;
      const ranges = (await admin.call("CLUSTER", "SLOTS")) as readonly (readonly [number, number, readonly [string, number, string]])[];
      const [, , [, , id]] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [0, 0, ["", 0, ""]];
      const found = this.nodes.find((node) => node.id === id);
      if (found !== undefined) return found;
    }
    throw new Error(`nobody serves the slot of ${key}`);
  }

  async slotOf(key: string): Promise<number> {
    return Number(await (this.nodes.find(({ server }) => server.isUp()) as Node).admin.call("CLUSTER", "KEYSLOT", key));
  }

  /** Of the master that serves a key, a replica that has all. */
  async replicaOf(key: string): Promise<Node> {
    const master = await this.masterOf(key);
    const told = (await master.admin.call("CLUSTER", "REPLICAS", master.id)) as readonly string[];
    const found = this.nodes.find(({ id }) => told.some((line) => line.startsWith(id)));
    if (found === undefined) throw new Error(`whoever serves ${key} has no replica`);
    return found;
  }

  /** As an operator does it: nothing that was confirmed is lost. Resolves when the other is master. */
  async failover(key: string): Promise<void> {
    const replica = await this.replicaOf(key);
    // One that gets no votes in time is given up by the server.
    await expect.poll(() => askedToLead(replica), { timeout: 40_000, interval: 1000 }).toBe(true);
    await this.#untilMaster(key, replica);
    await this.untilWhole();
  }

  /**
   * SIGKILL to whoever serves a key, when its replica has all that was confirmed: what a replica has not seen, nobody has.
   * Resolves with the killed when the replica is master.
   */
  async kill(key: string): Promise<Node> {
    const [master, replica] = [await this.masterOf(key), await this.replicaOf(key)];
    await master.admin.call("CLIENT", "PAUSE", 5000, "WRITE");
    await expect.poll(() => offsetsOf([master, replica]), within).toHaveLength(1);
    await master.server.kill();
    await this.#untilMaster(key, replica);
    return master;
  }

  /** SIGSTOP, as of a machine that hangs; nobody can be asked through it. Resolves when its replica is master. */
  async pause(key: string): Promise<{ readonly paused: Node; readonly master: Node }> {
    const [paused, master] = [await this.masterOf(key), await this.replicaOf(key)];
    paused.server.signal("SIGSTOP");
    await expect.poll(() => isMaster(master), within).toBe(true);
    return { paused, master };
  }

  async #untilMaster(key: string, replica: Node): Promise<void> {
    await expect.poll(async () => (await this.masterOf(key)).id, within).toBe(replica.id);
  }

  /** Moves the slot of a key, key by key; after each step, when somebody has been told to ask elsewhere or later. */
  async migrate(key: string): Promise<void> {
    const [source, slot] = [await this.masterOf(key), await this.slotOf(key)];
    const lead = await Promise.all(this.nodes.map(isMaster));
    const target = this.nodes.find((node, index) => node !== source && lead[index]) as Node;
    await target.admin.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id);
    await source.admin.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id);
    for (;;) {
      const [next] = (await source.admin.call("CLUSTER", "GETKEYSINSLOT", slot, 1)) as readonly string[];
      if (next === undefined) break;
      const before = await sentAway([source, target]);
      await source.admin.call("MIGRATE", "127.0.0.1", target.port, next, 0, 5000);
      await expect.poll(() => sentAway([source, target]), within).toBeGreaterThan(before);
    }
    for (const node of [target, source]) await node.admin.call("CLUSTER", "SETSLOT", slot, "NODE", target.id);
  }
}

async function nodeOf(server: OwnServer): Promise<Node> {
  const admin = new IoRedis(server.url, { retryStrategy: () => 50 });
  admin.on("error", () => undefined);
  onTestFinished(() => admin.disconnect());
  return { server, admin, id: String(await admin.call("CLUSTER", "MYID")), port: Number(new URL(server.url).port) };
}

const isMaster = async ({ admin }: Node): Promise<boolean> => String(await admin.call("ROLE")).startsWith("master");

async function askedToLead(replica: Node): Promise<boolean> {
  if (await isMaster(replica)) return true;
  await replica.admin.call("CLUSTER", "FAILOVER").catch(() => undefined);
  return isMaster(replica);
}

const linkOf = async ({ admin }: Node): Promise<string> => admin.info("replication");

/** How far each has read what there is to replicate: one number when all are as far. */
async function offsetsOf(nodes: readonly Node[]): Promise<readonly (string | undefined)[]> {
  const told = await Promise.all(nodes.map(({ admin }) => admin.info("replication")));
  return [...new Set(told.map((info) => /^(?:slave_repl_offset|master_repl_offset):(\d+)/m.exec(info)?.[1]))];
}

/** How often clients were told so, in the middle of a move. */
async function sentAway(nodes: readonly Node[]): Promise<number> {
  const told = await Promise.all(nodes.map(({ admin }) => admin.info("errorstats")));
  return told
    .flatMap((info) => [...info.matchAll(/^errorstat_(?:ASK|TRYAGAIN):count=(\d+)/gm)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

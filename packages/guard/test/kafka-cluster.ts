// A cluster of three Kafka nodes of one test's own, each broker and controller, and what befalls one of them.
import type { Admin } from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import { expect } from "vitest";
import { freePort } from "../../../scripts/brokers/broker.ts";
import { kafkaClusterId, kafkaVariant } from "../../../scripts/brokers/kafka.ts";
import { withAdmin } from "./adapters/kafka-topics.ts";
import { ownServer, type OwnServer } from "./own-server.ts";

const IDS = [1, 2, 3];
const within = { timeout: 60_000, interval: 100 };

export class KafkaCluster {
  readonly #servers: ReadonlyMap<number, OwnServer>;
  readonly #paused = new Set<OwnServer>();

  private constructor(servers: ReadonlyMap<number, OwnServer>) {
    this.#servers = servers;
  }

  static async open(): Promise<KafkaCluster> {
    const clusterId = kafkaClusterId();
    const controllerPorts = new Map(await Promise.all(IDS.map(async (id) => [id, await freePort()] as const)));
    const nodes = IDS.map((id) => kafkaVariant({ node: { id, clusterId, controllerPorts } }));
    const servers = await Promise.all(nodes.map((node) => ownServer(node)));
    return new KafkaCluster(new Map(IDS.map((id, index) => [id, servers[index]!])));
  }

  /** With `,` between the nodes. */
  get url(): string {
    return `kafka://${[...this.#servers.values()].map(({ url }) => new URL(url).host).join(",")}`;
  }

  get nodes(): readonly OwnServer[] {
    return [...this.#servers.values()];
  }

  /** As an operator asks; nothing while nobody can say. */
  async #asked<T>(question: (admin: Admin) => Promise<T>): Promise<T | undefined> {
    const up = this.nodes.filter((server) => server.isUp() && !this.#paused.has(server)).map(({ url }) => new URL(url).host);
    try {
      return await withAdmin(`kafka://${up.join(",")}`, question, { timeout: 2000, connectTimeout: 1000, retries: 0 });
    } catch {
      return undefined;
    }
  }

  /** The node that leads a topic's first partition. */
  async leaderOf(topic: string): Promise<OwnServer | undefined> {
    const told = await this.#asked((admin) => admin.metadata({ topics: [topic], forceUpdate: true }));
    return this.#servers.get(told?.topics.get(topic)?.partitions[0]?.leader ?? -1);
  }

  /** The node that keeps a group together. */
  async coordinatorOf(group: string): Promise<OwnServer | undefined> {
    const told = await this.#asked((admin) => admin.findCoordinator({ keyType: 0, keys: [group] }));
    return this.#servers.get(told?.[0]?.nodeId ?? -1);
  }

  pause(server: OwnServer): void {
    this.#paused.add(server);
    server.signal("SIGSTOP");
  }

  resume(server: OwnServer): void {
    server.signal("SIGCONT");
    this.#paused.delete(server);
  }

  /** Resolves when another has the place of the one that `found` is now. */
  async untilAnother(found: () => Promise<OwnServer | undefined>, before: OwnServer): Promise<void> {
    await expect.poll(async () => [undefined, before].includes(await found()), within).toBe(false);
  }

  /** Every partition of a topic, and of what groups have committed, has all its replicas in sync. */
  async untilWhole(topic: string): Promise<void> {
    const client = new Kafka({ brokers: this.nodes.map(({ url }) => new URL(url).host), logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    const short = async (): Promise<unknown> => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic, "__consumer_offsets"] });
      return topics.flatMap(({ partitions }) => partitions).filter(({ isr }) => isr.length < IDS.length);
    };
    await expect.poll(short, within).toEqual([]);
    await admin.disconnect();
  }
}

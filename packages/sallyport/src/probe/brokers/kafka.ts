// Apache Kafka with its defaults, broker and controller in one process, on loopback; only what makes its start slow is
// otherwise. Where Kafka is, is said by KAFKA_HOME. A broker takes seconds to start: one that a stage has done with is
// washed, and the next stage has it.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { KafkaTap, type Signal } from "../taps/kafka.ts";
import { BrokerFailure, freePort, type StartBroker } from "./broker.ts";
import { Pool } from "./pool.ts";
import { addressed, found, launched } from "./served.ts";
import { type Ended, Shared } from "./shared.ts";

const run = promisify(execFile);
const PORT = "9092";
const ANSWERS_WITHIN_MS = 120_000;
const HOW_TO = "set KAFKA_HOME to where it is, or give the URL of one that runs";

interface Server extends Ended {
  readonly url: string;
  readonly signal: Signal;
  /** Forgets topics and groups. */
  wash(): Promise<void>;
}

/** Data of a broker that has never run. */
interface Formatted extends Ended {
  readonly folder: string;
}

const formatted = new Shared(format);
const servers = new Pool({ start: startServer, wash: (server) => server.wash() });

export const startKafka: StartBroker = async ({ url }) => {
  if (url !== undefined) return { ...(await found("Kafka", url, () => KafkaTap.open(url))), names: addressedPlain(url) };
  const server = await servers.take();
  try {
    const tap = await KafkaTap.open(server.url, server.signal);
    const close = async (): Promise<void> => {
      await server.signal("SIGCONT");
      await tap.close();
      await servers.giveBack(server);
    };
    return { names: addressedPlain(server.url), tap, close };
  } catch (error) {
    await servers.giveBack(server);
    throw error;
  }
};

/** Clients of Kafka are given host and port, with nothing before them. */
const addressedPlain = (url: string): Readonly<Record<string, string>> => ({ ...addressed(url, PORT), bootstrap: new URL(url).host });

async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-probe-kafka-"));
  const template = formatted.take();
  try {
    cpSync((await template).folder, join(folder, "data"), { recursive: true });
    const port = await freePort();
    const url = `kafka://127.0.0.1:${port}`;
    const command = ["java", ...java(), "kafka.Kafka", settingsFile(folder, port, await freePort())];
    let signal: Signal = () => Promise.resolve();
    const { answer: tap, end } = await launched({ program: "Kafka", command, folder, answersWithinMs: ANSWERS_WITHIN_MS }, (which) => {
      signal = which;
      return KafkaTap.open(url);
    });
    await tap.close();
    const endAll = async (): Promise<void> => {
      await end();
      rmSync(folder, { recursive: true, force: true });
      await formatted.giveBack();
    };
    return { url, signal, wash: () => wash(url), end: endAll };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    await formatted.giveBack();
    throw error;
  }
}

async function format(): Promise<Formatted> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-probe-kafka-"));
  try {
    const file = settingsFile(folder, 9092, 9093);
    await run("java", [...java(), "kafka.tools.StorageTool", "format", "-t", "sallyport-probe-000000", "-c", file]);
    return { folder: join(folder, "data"), end: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof BrokerFailure) throw error;
    throw new BrokerFailure(`Kafka could not be started (${error instanceof Error ? error.message.slice(0, 300) : String(error)})`);
  }
}

/** @throws {BrokerFailure} where there is no Kafka. */
function java(): readonly string[] {
  const home = process.env["KAFKA_HOME"];
  if (home === undefined) throw new BrokerFailure(`it is not known where Kafka is: ${HOW_TO}`);
  const jars = existsSync(join(home, "libs")) ? join(home, "libs") : home;
  if (!existsSync(jars) || !readdirSync(jars).some((name) => /^kafka_.*\.jar$/.test(name)))
    throw new BrokerFailure(`there is no Kafka in ${home}: ${HOW_TO}`);
  return ["-Xmx320m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", join(jars, "*")];
}

function settingsFile(folder: string, port: number, controllerPort: number): string {
  const file = join(folder, "server.properties");
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(folder, "data"),
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
  };
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  return file;
}

/** Members that were killed are still taken for members. Rejects where something stays. */
async function wash(url: string): Promise<void> {
  const { Admin } = await import("@platformatic/kafka");
  const admin = new Admin({ clientId: "sallyport-probe", bootstrapBrokers: [new URL(url).host], retries: 3, retryDelay: 100 });
  admin.on("error", () => undefined);
  try {
    const groups = [...(await admin.listGroups()).keys()];
    for (const groupId of groups) await admin.removeMembersFromConsumerGroup({ groupId, members: null });
    if (groups.length > 0) await admin.deleteGroups({ groups });
    const topics = await admin.listTopics();
    if (topics.length > 0) await admin.deleteTopics({ topics });
    if ((await admin.listTopics()).length > 0) throw new Error("a topic is still there");
  } finally {
    await admin.close().catch(() => undefined);
  }
}

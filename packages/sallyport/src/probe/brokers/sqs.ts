// ElasticMQ, which speaks as Amazon SQS does: Amazon's own runs nowhere else. Where it is, is said by ELASTICMQ_JAR. It
// takes seconds to start: one that a stage has done with is emptied, and the next stage has it.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqsTap } from "../taps/sqs.ts";
import { BrokerFailure, freePort, type StartBroker, type StartedBroker } from "./broker.ts";
import { Pool } from "./pool.ts";
import { addressed, found, launched } from "./served.ts";
import type { Ended } from "./shared.ts";

const PORT = "9324";
const ANSWERS_WITHIN_MS = 120_000;
const HOW_TO = "set ELASTICMQ_JAR to elasticmq-server-all.jar, or to a folder of its jars, or give the URL of one that runs";

interface Server extends Ended {
  readonly url: string;
}

const servers = new Pool<Server>({ start: startServer, wash: ({ url }) => wash(url) });

export const startSqs: StartBroker = async ({ url }) => {
  if (url !== undefined) {
    let tap: SqsTap | undefined;
    const broker = await found("SQS", url, async () => (tap = await SqsTap.open(url)));
    return { ...broker, names: addressed(tap!.url, PORT) };
  }
  const server = await servers.take();
  try {
    const tap = await SqsTap.open(server.url);
    const close: StartedBroker["close"] = async () => {
      await tap.close();
      await servers.giveBack(server);
    };
    return { names: addressed(tap.url, PORT), tap, close };
  } catch (error) {
    await servers.giveBack(server);
    throw error;
  }
};

const configuration = (port: number): string => `
node-address { protocol = http, host = "127.0.0.1", port = ${port}, context-path = "" }
rest-sqs { enabled = true, bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }
rest-stats { enabled = false }
generate-node-address = false
queues {}
`;

async function startServer(): Promise<Server> {
  const jars = jarsOf(process.env["ELASTICMQ_JAR"]);
  const folder = mkdtempSync(join(tmpdir(), "sallyport-probe-sqs-"));
  try {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const file = join(folder, "elasticmq.conf");
    writeFileSync(file, configuration(port));
    const java = ["-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
    const command = ["java", ...java, `-Dconfig.file=${file}`, "-cp", jars, "org.elasticmq.server.Main"];
    const ask = async (): Promise<void> => void (await fetch(`${url}/?Action=ListQueues`));
    const { end } = await launched({ program: "ElasticMQ", command, folder, answersWithinMs: ANSWERS_WITHIN_MS }, ask);
    return { url, end: () => end().then(() => rmSync(folder, { recursive: true, force: true })) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** @throws {BrokerFailure} where there is none. */
function jarsOf(given: string | undefined): string {
  if (given === undefined) throw new BrokerFailure(`it is not known where ElasticMQ is: ${HOW_TO}`);
  const about = statSync(given, { throwIfNoEntry: false });
  if (about === undefined) throw new BrokerFailure(`there is no ElasticMQ at ${given}: ${HOW_TO}`);
  return about.isDirectory() ? join(given, "*") : given;
}

async function wash(url: string): Promise<void> {
  const { SQS } = await import("@aws-sdk/client-sqs");
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new SQS({ region: "elasticmq", endpoint: url, useQueueUrlAsEndpoint: false, credentials });
  try {
    const { QueueUrls = [] } = await client.listQueues({});
    for (const QueueUrl of QueueUrls) await client.deleteQueue({ QueueUrl });
  } finally {
    client.destroy();
  }
}

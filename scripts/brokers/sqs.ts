// ElasticMQ, which speaks SQS, from Maven Central: Amazon's own runs nowhere else. Queues and messages are in a database
// of its own folder, on the disk before a request is answered.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "./broker.ts";
import { hasJavaAndMaven, jarsOf, resolveJars } from "./maven.ts";

const ELASTICMQ = { group: "org.elasticmq", artifact: "elasticmq-server_2.13", version: "1.7.1" };
export const ELASTICMQ_JARS = jarsOf(ELASTICMQ);
const JAVA = ["-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** A database that is written to as soon as something is committed. */
const databaseIn = (folder: string): string => `jdbc:h2:${join(folder, "messages")};WRITE_DELAY=0`;

const configuration = (port: number, folder: string, host: string): string => `
node-address { protocol = http, host = "${host}", port = ${port}, context-path = "" }
rest-sqs { enabled = true, bind-hostname = "${host}", bind-port = ${port}, sqs-limits = strict }
rest-stats { enabled = false }
generate-node-address = false
queues {}
messages-storage { enabled = true, driver-class = "org.h2.Driver", uri = "${databaseIn(folder)}", username = "", password = "" }
`;

/** With a configuration of its own. */
export const elasticMq = (configured: (port: number, folder: string, host: string) => string): Broker => ({
  name: "sqs",
  package: "openjdk-17-jre-headless maven",
  program: "java",
  isInstalled: hasJavaAndMaven,
  prepare: () => resolveJars(ELASTICMQ),
  command(port, folder, host) {
    const file = join(folder, "elasticmq.conf");
    writeFileSync(file, configured(port, folder, host));
    return { args: [...JAVA, `-Dconfig.file=${file}`, "-cp", join(ELASTICMQ_JARS, "*"), "org.elasticmq.server.Main"] };
  },
  url: (port, host) => `http://${host}:${port}`,
  async answers(port, host) {
    const { status } = await fetch(`http://${host}:${port}/?Action=ListQueues`, { signal: AbortSignal.timeout(1000) });
    if (status !== 200) throw new Error(`it answers with ${status}`);
  },
});

export const sqs = elasticMq(configuration);

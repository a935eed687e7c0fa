// Apache Kafka in KRaft mode, broker and controller in one process, from Maven Central: Debian has none. Its jars are
// kept in the user's cache. Settings are a production's where they matter: no topic makes itself, no unclean leader.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { type Broker, freePort } from "./broker.ts";

const run = promisify(execFile);

const VERSION = "4.3.1";
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sallyport");
/** Where they are, once they have been resolved. */
export const KAFKA_JARS = join(CACHE, `kafka-with-tools-${VERSION}`);
const MAIN_JAR = `kafka_2.13-${VERSION}.jar`;

/** Who may do what is then said by ACLs; `admin` and whoever is asked for here has the password of their own name. */
export const SASL_USERS = ["admin", "publisher", "worker", "operator", "stranger"] as const;

const runs = (program: string): boolean => spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;

/** The tools alone: what they need the broker has. */
const NOTHING_ELSE = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>";
const dependency = (artifact: string, exclusions: string): string =>
  `<dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${VERSION}</version>${exclusions}</dependency>`;

/** Resolved once, by coordinates: what Maven has verified is moved to its place as a whole. */
function resolveJars(): void {
  if (existsSync(join(KAFKA_JARS, MAIN_JAR))) return;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "resolving-"));
  try {
    writeFileSync(
      join(folder, "pom.xml"),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
       <groupId>sallyport</groupId><artifactId>kafka</artifactId><version>1</version>
       <dependencies>${dependency("kafka_2.13", "")}${dependency("kafka-tools", NOTHING_ELSE)}</dependencies></project>`,
    );
    const args = ["-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=jars", "-DincludeScope=runtime"];
    const { status, stdout } = spawnSync("mvn", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0 || !readdirSync(join(folder, "jars")).includes(MAIN_JAR)) throw new Error(`mvn failed: ${stdout}`);
    renameSync(join(folder, "jars"), KAFKA_JARS);
  } catch (error) {
    // Another may have been faster.
    if (!existsSync(join(KAFKA_JARS, MAIN_JAR))) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One that begins with a dash is taken for an option. */
export const kafkaClusterId = (): string => `A${randomBytes(16).toString("base64url").slice(1)}`;

const JAVA = ["-Xmx320m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", join(KAFKA_JARS, "*")];

interface Variant {
  readonly sasl?: boolean;
  /** Where clients are told to find it: a proxy's, which a test cuts. */
  readonly advertisedPort?: number;
  /** Files in PEM: what it shows, with the key, and whom it believes. */
  readonly tls?: { readonly keyAndCertificate: string; readonly authority: string };
  /** Where it is not alone. */
  readonly node?: Node;
}

interface Node {
  readonly id: number;
  readonly clusterId: string;
  /** Of all nodes, by their ids. */
  readonly controllerPorts: ReadonlyMap<number, number>;
}

interface Place {
  readonly port: number;
  readonly host: string;
  readonly folder: string;
}

function properties({ port, host, folder }: Place, { sasl = false, advertisedPort = port, tls }: Variant, node: Node): string {
  const users = SASL_USERS.map((user) => `user_${user}="${user}"`).join(" ");
  const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin" ${users};`;
  const voters = [...node.controllerPorts].map(([id, controllerPort]) => `${id}@127.0.0.1:${controllerPort}`);
  const copies = Math.min(3, voters.length);
  const inSync = Math.min(2, copies);
  return [
    "process.roles=broker,controller",
    `node.id=${node.id}`,
    `controller.quorum.voters=${voters.join(",")}`,
    `listeners=CLIENT://${host}:${port},CONTROLLER://127.0.0.1:${node.controllerPorts.get(node.id)}`,
    `advertised.listeners=CLIENT://${host}:${advertisedPort}`,
    "controller.listener.names=CONTROLLER",
    "inter.broker.listener.name=CLIENT",
    `listener.security.protocol.map=CLIENT:${sasl ? "SASL_PLAINTEXT" : tls === undefined ? "PLAINTEXT" : "SSL"},CONTROLLER:PLAINTEXT`,
    `log.dirs=${join(folder, "data")}`,
    "auto.create.topics.enable=false",
    "num.partitions=2",
    "offsets.topic.num.partitions=4",
    `offsets.topic.replication.factor=${copies}`,
    `transaction.state.log.replication.factor=${copies}`,
    `transaction.state.log.min.isr=${inSync}`,
    `share.coordinator.state.topic.replication.factor=${copies}`,
    `share.coordinator.state.topic.min.isr=${inSync}`,
    `min.insync.replicas=${inSync}`,
    // What is silent for two seconds has failed, so that tests need not wait for more.
    "broker.heartbeat.interval.ms=500",
    "broker.session.timeout.ms=2000",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    ...(sasl
      ? [
          "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512",
          "listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
          "sasl.mechanism.inter.broker.protocol=PLAIN",
          `listener.name.client.plain.sasl.jaas.config=${jaas}`,
          "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
          "super.users=User:admin;User:ANONYMOUS",
        ]
      : []),
    ...(tls === undefined
      ? []
      : [
          "ssl.keystore.type=PEM",
          `ssl.keystore.location=${tls.keyAndCertificate}`,
          "ssl.truststore.type=PEM",
          `ssl.truststore.location=${tls.authority}`,
        ]),
    "",
  ].join("\n");
}

/** ApiVersions, version 0, which every broker answers. */
const ASK = Buffer.from("0000000a0012000000000001ffff", "hex");

const answers = (port: number, host: string, authority?: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const asked = (): void => void socket.write(ASK);
    const socket = authority === undefined ? connect(port, host, asked) : connectTls({ port, host, ca: readFileSync(authority) }, asked);
    socket.setTimeout(1000, () => socket.destroy(new Error("no answer")));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed without an answer")));
    socket.once("data", () => {
      resolve();
      socket.destroy();
    });
  });

/** One of a test's own may differ from the one that all talk to. */
export const kafkaVariant = (variant: Variant): Broker => ({
  name: "kafka",
  package: "openjdk-17-jre-headless maven",
  program: "java",
  isInstalled: () => runs("java") && runs("mvn"),
  prepare: resolveJars,
  async command(port, folder, host) {
    const file = join(folder, "server.properties");
    const node = variant.node ?? { id: 1, clusterId: kafkaClusterId(), controllerPorts: new Map([[1, await freePort()]]) };
    writeFileSync(file, properties({ port, host, folder }, variant, node));
    if (!existsSync(join(folder, "data", "meta.properties")))
      execFileSync("java", [...JAVA, "kafka.tools.StorageTool", "format", "-t", node.clusterId, "-c", file], { stdio: "ignore" });
    return { args: [...JAVA, "kafka.Kafka", file] };
  },
  url: (port, host) => `kafka://${host}:${port}`,
  answers: (port, host) => answers(port, host, variant.tls?.authority),
});

/** Of Kafka's own tools, by the scripts that start them. */
const TOOLS: ReadonlyMap<string, string> = new Map([
  ["kafka-topics.sh", "org.apache.kafka.tools.TopicCommand"],
  ["kafka-configs.sh", "kafka.admin.ConfigCommand"],
  ["kafka-acls.sh", "org.apache.kafka.tools.AclCommand"],
]);

/** Runs a command as an operator would, but for the script, which Maven does not have. Rejects with what it said. */
export async function kafkaTool(command: string, url: string, client = ""): Promise<string> {
  const [script = "", ...args] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const tool = TOOLS.get(script);
  if (tool === undefined) throw new Error(`no such tool: ${script}`);
  resolveJars();
  const folder = mkdtempSync(join(tmpdir(), "sallyport-kafka-tool-"));
  try {
    const file = join(folder, "client.properties");
    writeFileSync(file, client);
    const where = ["--bootstrap-server", new URL(url).host, "--command-config", file];
    const { stdout, stderr } = await run("java", [...JAVA, tool, ...args, ...where]);
    // Some say what failed and end with 0.
    if (/^(?:Error|Exception)/m.test(stdout + stderr)) throw new Error(stdout + stderr);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const kafka = kafkaVariant({});
/** The same, behind SASL/PLAIN and with an authorizer that lets nobody but `admin` do anything. */
export const saslKafka = kafkaVariant({ sasl: true });

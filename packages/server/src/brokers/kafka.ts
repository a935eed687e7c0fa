// Apache Kafka, over @platformatic/kafka.
import { setTimeout as after } from "node:timers/promises";
import { createCommand, kafkaNames, RETRY_BYTES, type TopicNeeds, topicSettings } from "@sallyport/guard/adapters/kafka";
import { SallyportError } from "@sallyport/guard";
import type { Admin } from "@platformatic/kafka";
import { type Address, optionIn } from "./address.ts";
import {
  type Broker,
  type Check,
  type Declaration,
  type Layout,
  type OpenedBroker,
  PASSWORD,
  type Place,
  type Role,
  seesGroups,
  userOf,
  type Wrong,
} from "./broker.ts";
import { unreachable } from "./unreachable.ts";

const PORT = 9092;
const ANSWERS_WITHIN_MS = 10_000;
const LOOK_MS = 50;
const MOST_LOOKS = 200;
const PREFIX = "";
/** What it is created with by default, and a topic must take. */
const LEAST_BYTES = 1_048_588;
const RETENTION_MS = 7 * 86_400_000;
const PARTITIONS = 12;
/** Above the claim's lease: what comes again sooner is only found to be claimed. */
const SESSION = { least: 45_000, overLease: 1.5 };
const MECHANISMS = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] as const;
const READS = ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"];

interface Topic {
  readonly name: string;
  readonly use: "destination" | "retry";
  readonly needs: TopicNeeds;
}

export const kafka: Broker = {
  name: "kafka",
  schemes: new Map([
    ["kafka", false],
    ["kafkas", true],
  ]),
  options: new Map([
    ["mechanism", `of SASL: ${MECHANISMS.join(", ")}; the first where there is a user and nothing is said`],
    ["vouchesEnqueueTime", "true where every topic has message.timestamp.type=LogAppendTime: age is then measured to the broker's time"],
    ["minInSyncReplicas", "how many replicas must have a message before it is confirmed: 1, 2 or 3; 2 where nothing is said"],
  ]),
  example: "kafkas://USER:PASSWORD@HOST[:PORT][,HOST[:PORT]]",
  exposures: ({ password, user }) =>
    password === undefined
      ? [`no password is given${user === undefined ? "" : ", only a user"}: whoever reaches a broker may do as much`]
      : [],
  open,
  topology: (layout, address) => [
    ...topicsOf(layout, promisedBy(address)).map(declarationOf),
    ...layout.places.map(({ destination }) => ({
      kind: "consumer group",
      name: kafkaNames(PREFIX, destination, layout.group).group,
      use: "group" as const,
      settings: {},
      command: "(made when its first member joins)",
    })),
  ],
  rights: (layout, role) => ({
    role,
    user: userOf(layout, role),
    goes: "to a shell with Kafka's tools, each with --bootstrap-server and the --command-config of an administrator",
    text: [
      `kafka-configs.sh --alter --add-config 'SCRAM-SHA-512=[password=${PASSWORD}]' --entity-type users --entity-name ${userOf(layout, role)}`,
      ...RIGHTS[role](layout).map((rights) => `kafka-acls.sh --add --allow-principal User:${userOf(layout, role)} ${rights}`),
    ].join("\n"),
  }),
};

type Promised = Pick<TopicNeeds, "minInSyncReplicas" | "vouchesEnqueueTime">;

const promisedBy = (address: Address | undefined): Promised => ({
  minInSyncReplicas: Number((address && optionIn(address, "minInSyncReplicas", ["1", "2", "3"])) ?? 2),
  vouchesEnqueueTime: address !== undefined && optionIn(address, "vouchesEnqueueTime", ["true", "false"]) === "true",
});

function topicsOf({ places, group }: Layout, promised: Promised): readonly Topic[] {
  return places.flatMap(({ destination, maxBytes }): readonly Topic[] => {
    const { topic, retries } = kafkaNames(PREFIX, destination, group);
    const most = Math.max(maxBytes + RETRY_BYTES, LEAST_BYTES);
    const needs = { ...promised, retentionMs: RETENTION_MS, reads: READS };
    return [
      { name: topic, use: "destination", needs: { ...needs, maxBytes: most } },
      ...retries.map((retry) => ({
        name: retry.topic,
        use: "retry" as const,
        needs: { ...needs, vouchesEnqueueTime: false, maxBytes: most + RETRY_BYTES },
      })),
    ];
  });
}

const declarationOf = ({ name, use, needs }: Topic): Declaration => ({
  kind: "topic",
  name,
  use,
  settings: { partitions: PARTITIONS, ...topicSettings(needs) },
  command: createCommand(name, needs, replicasFor(needs)),
});

/** One is enough where nobody asks for more, as on a machine alone. */
const replicasFor = ({ minInSyncReplicas }: TopicNeeds): number => (minInSyncReplicas === 1 ? 1 : 3);

async function open(address: Address, { leaseMs, onNotice }: Parameters<Broker["open"]>[1]): Promise<OpenedBroker> {
  const [module, { KafkaTransport }] = await Promise.all([import("@platformatic/kafka"), import("@sallyport/guard/adapters/kafka")]);
  const { hosts, user, password, path, scheme } = address;
  if (hosts.length === 0 || path !== "") {
    throw new SallyportError("ERR_CONFIG_INVALID", "the address of Kafka has a host, and nothing after it", {
      place: String(address),
      remedy: `Write ${kafka.example}; several brokers of one cluster are separated by commas.`,
    });
  }
  const connection = {
    clientId: "sallyport",
    bootstrapBrokers: hosts.map(({ name, port }) => `${name}:${port ?? PORT}`),
    ...(scheme === "kafkas" && { tls: {}, tlsServerName: true }),
    ...(user !== undefined && {
      sasl: { mechanism: optionIn(address, "mechanism", MECHANISMS) ?? MECHANISMS[0], username: user, password: password ?? "" },
    }),
  };
  const promised = promisedBy(address);
  const admin = new module.Admin({ ...connection, retries: 1, retryDelay: 200 });
  admin.on("error", (error: unknown) => onNotice("the connection to Kafka", unreachable("Kafka", address, error)));
  const answers = (): Promise<void> => answered(admin);
  try {
    await answers();
  } catch (error) {
    await admin.close();
    throw unreachable("Kafka", address, error);
  }
  const sessionMs = Math.max(SESSION.least, leaseMs * SESSION.overLease);
  const transport = new KafkaTransport(module, connection, { prefix: PREFIX, retentionMs: RETENTION_MS, sessionMs, ...promised });
  return {
    transport,
    answers,
    checks: ({ places, group }, role) =>
      places.map((place) => checkOf(place, seesGroups(role) ? group : undefined, (of) => transport.faults(place.destination, of))),
    declare: (layout) => declare(admin, topicsOf(layout, promised)),
    close: async () => {
      await transport.close();
      await admin.close();
    },
  };
}

/** Who takes the connection and says nothing would be asked four times, for half a minute each. */
async function answered(admin: Admin): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), ANSWERS_WITHIN_MS);
  try {
    await Promise.race([admin.metadata({ topics: [], forceUpdate: true }), late]);
  } finally {
    clearTimeout(timer);
  }
}

type Faults = Awaited<ReturnType<InstanceType<typeof import("@sallyport/guard/adapters/kafka").KafkaTransport>["faults"]>>;

const checkOf = (
  { destination, maxBytes }: Place,
  group: string | undefined,
  faults: (of: { readonly group?: string; readonly maxBytes: number }) => Promise<Faults>,
): Check => ({
  name: "topics",
  looks: `the topic ${destination}${group === undefined ? "" : " and those for its retries"}`,
  run: async () =>
    (await faults({ maxBytes, ...(group !== undefined && { group }) })).map(({ what, breaks, mend }): Wrong => ({
      what: `topic ${what}`,
      breaks,
      mend,
    })),
});

async function declare(admin: Admin, topics: readonly Topic[]): Promise<void> {
  const there = new Set(await admin.listTopics());
  for (const { name, needs } of topics) {
    if (there.has(name)) continue;
    const configs = Object.entries(topicSettings(needs)).map(([setting, value]) => ({ name: setting, value }));
    await admin.createTopics({ topics: [name], partitions: PARTITIONS, replicas: replicasFor(needs), configs });
    await untilThere(admin, name);
  }
}

/** The controller has made it; the brokers hear of it by and by. */
async function untilThere(admin: Admin, name: string): Promise<void> {
  for (let looks = 1; ; looks++) {
    try {
      await admin.metadata({ topics: [name], forceUpdate: true, retries: 0 });
      return;
    } catch (error) {
      if (looks === MOST_LOOKS) throw error;
      await after(LOOK_MS);
    }
  }
}

const operations = (...names: readonly string[]): string => names.map((name) => ` --operation ${name}`).join("");
const named = (topics: readonly string[]): string => topics.map((topic) => `--topic ${topic}`).join(" ");
const SEES = ["Describe", "DescribeConfigs"];

const publishes = (layout: Layout): readonly string[] => [
  `${named(layout.places.map(({ destination }) => `${PREFIX}${destination}`))}${operations("Write", ...SEES)}`,
];

/** As docs/adapters.md has them for one topic. */
const RIGHTS: Readonly<Record<Role, (layout: Layout) => readonly string[]>> = {
  server: (layout) => {
    const readable = layout.places.filter((place) => place.readable).map(({ destination }) => `${PREFIX}${destination}`);
    return [...publishes(layout), ...(readable.length > 0 ? [`${named(readable)}${operations("Read")}`] : [])];
  },
  worker: ({ places, group }) => {
    const names = places.map(({ destination }) => kafkaNames(PREFIX, destination, group));
    return [
      `${named(names.map(({ topic }) => topic))}${operations("Read", ...SEES)}`,
      `${named(names.flatMap(({ retries }) => retries.map(({ topic }) => topic)))}${operations("Read", "Write", ...SEES)}`,
      `${names.map((one) => `--group ${one.group}`).join(" ")}${operations("Read")}`,
    ];
  },
  operator: publishes,
};

// Topics for tests: what an operator would have made, under a prefix of the test's own.
import { Admin } from "@platformatic/kafka";
import { namesOf } from "../../src/kafka/names.ts";

export interface TopicsOptions {
  readonly destinations?: readonly string[];
  readonly groups?: readonly string[];
  readonly partitions?: number;
  readonly replicas?: number;
  readonly configs?: Readonly<Record<string, string>>;
}

export const SETTINGS = {
  "cleanup.policy": "delete",
  "min.insync.replicas": "1",
  "message.timestamp.type": "LogAppendTime",
  "compression.type": "gzip",
  "retention.ms": "604800000",
} as const;

const RETRY_SETTINGS = { "max.message.bytes": String(1_048_588 + 1024) } as const;

export const brokersOf = (url: string): string[] => url.replace("kafka://", "").split(",");

export async function withAdmin<T>(url: string, work: (admin: Admin) => Promise<T>, sasl?: object): Promise<T> {
  const admin = new Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url), ...sasl });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

export async function createTopics(admin: Admin, prefix: string, options: TopicsOptions = {}): Promise<void> {
  const { destinations = ["orders"], groups = ["g"], partitions = 2, replicas = 1, configs = {} } = options;
  const written = (settings: Readonly<Record<string, string>>) =>
    Object.entries({ ...settings, ...configs }).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: destinations.map((one) => `${prefix}${one}`), partitions, replicas, configs: written(SETTINGS) });
  const retries = destinations.flatMap((one) => groups.flatMap((group) => namesOf(prefix, one, group).retries.map(({ topic }) => topic)));
  if (retries.length > 0)
    await admin.createTopics({ topics: retries, partitions: 1, replicas, configs: written({ ...SETTINGS, ...RETRY_SETTINGS }) });
  await untilThere(admin, [...destinations.map((one) => `${prefix}${one}`), ...retries]);
}

/** The controller has made them; the broker hears of it by and by. */
async function untilThere(admin: Admin, topics: string[]): Promise<void> {
  for (;;) {
    try {
      await admin.metadata({ topics, forceUpdate: true, retries: 0 });
      await admin.describeConfigs({ resources: topics.map((resourceName) => ({ resourceType: 2, resourceName })) });
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

let made = 0;
/** Topics of its own for every transport. */
export const freshPrefix = (): string => `t${process.pid}-${++made}.`;

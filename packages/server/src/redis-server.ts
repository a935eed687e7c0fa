// A Redis server, for the broker and for the store: what is looked at before it is used, of a cluster at every server. INFO
// alone is read, since the right to CONFIG is seldom given.
import type { Address } from "./brokers/address.ts";
import type { Check, Wrong } from "./brokers/broker.ts";
import { infoOfEach, type RedisConnection } from "./redis-connection.ts";

const OLDEST_MAJOR = 7;

export const REDIS_SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ["redis", false],
  ["rediss", true],
]);

export const redisExposures = ({ password }: Address): readonly string[] =>
  password === undefined ? ["no password is given: whoever reaches the server may do as much"] : [];

/** Of a cluster every master: each has keys that no other has. */
export async function redisAnswers(client: RedisConnection): Promise<void> {
  if ("nodes" in client) await Promise.all(client.nodes("master").map((node) => node.ping()));
  else await client.ping();
}

type Judge = (setting: (name: string) => string) => Wrong | undefined;

const JUDGES: readonly (readonly [name: string, looks: string, judge: Judge])[] = [
  [
    "version",
    "the server's version",
    (setting) =>
      Number.parseInt(setting("redis_version"), 10) >= OLDEST_MAJOR
        ? undefined
        : {
            what: `the server is Redis ${setting("redis_version")}`,
            breaks: "what is taken, delayed and settled is done by scripts that it cannot run (PSN-11)",
            mend: `Install Redis ${OLDEST_MAJOR}.0 or later.`,
          },
  ],
  [
    "role",
    "whether the server takes what is written",
    // In a cluster the client finds the primaries by itself.
    (setting) =>
      setting("role") !== "slave" || setting("cluster_enabled") === "1"
        ? undefined
        : {
            what: `the server is a replica, of ${setting("master_host")}:${setting("master_port")}`,
            breaks: "nothing can be published, claimed or settled there (PUB-11, REP-12)",
            mend: "Write the address of its primary, or one that leads to whichever server is the primary.",
          },
  ],
  [
    "eviction",
    "maxmemory-policy",
    (setting) =>
      setting("maxmemory_policy") === "noeviction"
        ? undefined
        : {
            what: `maxmemory-policy is ${setting("maxmemory_policy")}`,
            breaks: "when memory is short, confirmed messages and claims are removed without a word (PUB-11, REP-08)",
            mend: "CONFIG SET maxmemory-policy noeviction",
          },
  ],
  [
    "persistence",
    "appendonly",
    (setting) =>
      setting("aof_enabled") === "1"
        ? undefined
        : {
            what: "appendonly is no",
            breaks: "confirmed messages and claims are lost with the server's process (PUB-11, REP-10)",
            mend: "CONFIG SET appendonly yes",
          },
  ],
];

export const redisChecks = (client: RedisConnection): readonly Check[] =>
  JUDGES.map(([name, looks, judge]) => ({
    name,
    looks,
    run: async () => {
      const wrongs = (await infoOfEach(client)).flatMap((told) => {
        const wrong = judge((setting) => new RegExp(`^${setting}:(.*?)\\r?$`, "m").exec(told)?.[1] ?? "");
        return wrong === undefined ? [] : [wrong];
      });
      // The same of several servers is said once.
      return wrongs.filter(({ what }, index) => wrongs.findIndex((one) => one.what === what) === index);
    },
  }));

// A Redis server, for the broker and for the store: how it is connected to, and what is looked at before it is used. INFO
// alone is read, since the right to CONFIG is seldom given.
import { SallyportError } from "@sallyport/guard";
import type { Redis } from "ioredis";
import type { Address } from "./brokers/address.ts";
import type { Check, OpenSettings, Wrong } from "./brokers/broker.ts";
import { unreachable } from "./brokers/unreachable.ts";

const PORT = 6379;
const CONNECT_WITHIN_MS = 5000;
/** A connection that owes an answer and is silent for so long is half open; above the two seconds for which a member waits. */
const SILENT_MS = 10_000;
const OLDEST_MAJOR = 7;

export const REDIS_SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ["redis", false],
  ["rediss", true],
]);

export const redisExposures = ({ password }: Address): readonly string[] =>
  password === undefined ? ["no password is given: whoever reaches the server may do as much"] : [];

/** @throws {SallyportError} with `code` when the server cannot be reached, `ERR_CONFIG_INVALID` for an address that is none of one server. */
export async function connectRedis(
  address: Address,
  code: "ERR_TRANSPORT_UNAVAILABLE" | "ERR_STORE_UNAVAILABLE",
  onNotice: OpenSettings["onNotice"],
): Promise<Redis> {
  const { Redis: IoRedis } = await import("ioredis");
  const { hosts, user, password, path, scheme } = address;
  const [host] = hosts;
  if (host === undefined || hosts.length > 1 || !/^\d{0,4}$/.test(path)) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the address of a Redis server has one host, and at most a number after it", {
      place: String(address),
      remedy: "Write rediss://USER:PASSWORD@HOST:PORT, and /NUMBER for another database than 0.",
    });
  }
  const client = new IoRedis({
    host: host.name,
    port: host.port ?? PORT,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(path !== "" && { db: Number(path) }),
    ...(scheme === "rediss" && { tls: { servername: host.name } }),
    lazyConnect: true,
    connectTimeout: CONNECT_WITHIN_MS,
    socketTimeout: SILENT_MS,
  });
  let last: unknown;
  client.on("error", (error: unknown) => {
    last = error;
    onNotice("the connection to Redis", unreachable("Redis", address, error, code));
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    // What closed the connection says more than that it is closed.
    throw unreachable("Redis", address, last ?? error, code);
  }
  return client;
}

export const redisAnswers = async (client: Redis): Promise<void> => void (await client.ping());

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

export const redisChecks = (client: Redis): readonly Check[] =>
  JUDGES.map(([name, looks, judge]) => ({
    name,
    looks,
    run: async () => {
      const told = await client.info();
      const wrong = judge((setting) => new RegExp(`^${setting}:(.*?)\\r?$`, "m").exec(told)?.[1] ?? "");
      return wrong === undefined ? [] : [wrong];
    },
  }));

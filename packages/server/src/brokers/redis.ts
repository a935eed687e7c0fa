// Redis Streams. The checks read INFO alone, since the right to CONFIG is seldom given.
import { SallyportError } from "@sallyport/guard";
import type { Redis } from "ioredis";
import { type Address, optionIn } from "./address.ts";
import { type Broker, type Check, type Layout, type OpenedBroker, PASSWORD, type Place, type Role, userOf, type Wrong } from "./broker.ts";
import { unreachable } from "./unreachable.ts";

const PREFIX = "sallyport";
const PORT = 6379;
const CONNECT_WITHIN_MS = 5000;
/** A connection on which nothing was heard for so long is half open; above the two seconds for which a member waits. */
const SILENT_MS = 10_000;
/** Above the claim's lease: what comes again sooner is only found to be claimed. */
const RECLAIM = { least: 45_000, overLease: 1.5 };
const OLDEST_MAJOR = 7;

export const redis: Broker = {
  name: "redis",
  schemes: new Map([
    ["redis", false],
    ["rediss", true],
  ]),
  options: new Map([
    ["vouchesEnqueueTime", "true where nobody but the server's and the operator's users may XADD: age is then measured to the entry's id"],
  ]),
  example: "rediss://USER:PASSWORD@HOST[:PORT]",
  exposures: ({ password, user }) =>
    password === undefined
      ? [`no password is given${user === undefined ? "" : ", only a user"}: whoever reaches the server may do as much`]
      : [],
  open,
  topology: ({ places, group }) =>
    places.flatMap(({ destination }) => {
      const [name, settings] = [streamOf(destination), { retention: "7 days, and until every group has settled it" }];
      return [
        { kind: "stream", name, use: "destination" as const, settings, command: `XGROUP CREATE ${name} ${group} 0 MKSTREAM` },
        { kind: "consumer group", name: `${group} on ${name}`, use: "group" as const, settings: {}, command: "(made with its stream)" },
      ];
    }),
  rights: (layout, role) => ({
    role,
    user: userOf(layout, role),
    goes: "to redis-cli, of a user who may ACL; then ACL SAVE, where the server has an aclfile",
    text: `ACL SETUSER ${userOf(layout, role)} on >${PASSWORD} resetkeys resetchannels -@all ${RIGHTS[role](layout).join(" ")}`,
  }),
};

async function open(address: Address, { leaseMs, onNotice }: Parameters<Broker["open"]>[1]): Promise<OpenedBroker> {
  const [{ Redis: IoRedis }, { RedisStreamsTransport }] = await Promise.all([
    import("ioredis"),
    import("@sallyport/guard/adapters/redis-streams"),
  ]);
  const { hosts, user, password, path, scheme } = address;
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the address of a Redis server has one host", { place: String(address) });
  }
  const client: Redis = new IoRedis({
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
  client.on("error", (error: unknown) => onNotice("the connection to Redis", unreachable("Redis", address, error)));
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw unreachable("Redis", address, error);
  }
  const transport = new RedisStreamsTransport(client, {
    prefix: PREFIX,
    reclaimAfterMs: Math.max(RECLAIM.least, leaseMs * RECLAIM.overLease),
    vouchesEnqueueTime: optionIn(address, "vouchesEnqueueTime", ["true", "false"]) === "true",
  });
  return {
    transport,
    answers: async () => void (await client.ping()),
    checks: () => checksOf(() => client.info()),
    // A member that joins makes stream and group, and one that leaves in the same turn takes nothing.
    declare: async ({ places, group }) => {
      for (const { destination, ordering } of places) {
        const member = await transport.receive({ destination, group, ordering, prefetch: 1 }, () => undefined);
        await member.close();
      }
    },
    close: async () => {
      await transport.close();
      client.disconnect();
    },
  };
}

function checksOf(info: () => Promise<string>): readonly Check[] {
  const check = (name: string, looks: string, judge: (has: (setting: string) => string) => Wrong | undefined): Check => ({
    name,
    looks,
    run: async () => {
      const told = await info();
      const wrong = judge((setting) => new RegExp(`^${setting}:(.*?)\\r?$`, "m").exec(told)?.[1] ?? "");
      return wrong === undefined ? [] : [wrong];
    },
  });
  return [
    check("version", "the server's version", (has) =>
      Number.parseInt(has("redis_version"), 10) >= OLDEST_MAJOR
        ? undefined
        : {
            what: `the server is Redis ${has("redis_version")}`,
            breaks: "what a group takes, delays and settles is done by scripts that it cannot run (PSN-11)",
            mend: `Install Redis ${OLDEST_MAJOR}.0 or later.`,
          },
    ),
    check("eviction", "maxmemory-policy", (has) =>
      has("maxmemory_policy") === "noeviction"
        ? undefined
        : {
            what: `maxmemory-policy is ${has("maxmemory_policy")}`,
            breaks: "when memory is short, confirmed messages and what is known of them are removed without a word (PUB-11, REP-08)",
            mend: "CONFIG SET maxmemory-policy noeviction",
          },
    ),
    check("persistence", "appendonly", (has) =>
      has("aof_enabled") === "1"
        ? undefined
        : {
            what: "appendonly is no",
            breaks: "confirmed messages and claims are lost with the server's process (PUB-11, REP-10)",
            mend: "CONFIG SET appendonly yes",
          },
    ),
  ];
}

const streamOf = (destination: string): string => `${PREFIX}:{${destination}}`;
const whole = ({ destination }: Place): readonly string[] => [`~${streamOf(destination)}`, `~${streamOf(destination)}:*`];

const PUBLISHES = ["+info", "+ping", "+xadd"];
const READS = ["+eval_ro", "+evalsha_ro", "+script|load", "+xrange", "+xinfo|stream", "+get"];
const CONSUMES = `+info +ping +eval +evalsha +script|load +time +xgroup|create +xgroup|delconsumer +xinfo|groups +xinfo|consumers
  +xreadgroup +xread +xack +xclaim +xpending +xrange +xrevrange +xadd +xtrim +zadd +zrem +zscore +zcard +zrange +zrangebyscore
  +zrangebylex +zremrangebyscore +hget +hset +hdel +hexists +exists +lpush +rpush +lpop +lrange +del +set`.split(/\s+/);

/** As docs/adapters.md has them for one stream. */
const RIGHTS: Readonly<Record<Role, (layout: Layout) => readonly string[]>> = {
  server: ({ places }) => [
    ...PUBLISHES,
    ...(places.some(({ readable }) => readable) ? READS : []),
    ...places.flatMap(({ destination, readable }) => [
      // XADD writes; what is read is said apart, so that the server's user cannot read what no agent may.
      `${readable ? "~" : "%W~"}${streamOf(destination)}`,
      ...(readable ? [`%R~${streamOf(destination)}:removed`] : []),
    ]),
  ],
  worker: ({ places }) => [...CONSUMES, ...places.flatMap(whole)],
  operator: ({ places }) => [...PUBLISHES, ...places.map(({ destination }) => `%W~${streamOf(destination)}`)],
};

// Redis Streams.
import { type Address, optionIn } from "./address.ts";
import { type Broker, type Layout, type OpenedBroker, type OpenSettings, PASSWORD, type Place, type Role, userOf } from "./broker.ts";
import { connectRedis } from "../redis-connection.ts";
import { REDIS_SCHEMES, redisAnswers, redisChecks, redisExposures } from "../redis-server.ts";

const PREFIX = "sallyport";
/** What comes again before its claim's lease has ended is only found to be claimed, and waits for longer. */
const RECLAIM_AFTER_LEASES = 1.5;

export const redis: Broker = {
  name: "redis",
  schemes: REDIS_SCHEMES,
  options: new Map([
    ["vouchesEnqueueTime", "true where nobody but the server's and the operator's users may XADD: age is then measured to the entry's id"],
  ]),
  example: "rediss://USER:PASSWORD@HOST[:PORT][,HOST…]",
  exposures: redisExposures,
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
    // The password that is given is the only one, also where there was another.
    text: `ACL SETUSER ${userOf(layout, role)} on resetpass >${PASSWORD} resetkeys resetchannels -@all ${RIGHTS[role](layout).join(" ")}`,
  }),
};

async function open(address: Address, { leaseMs, onNotice }: OpenSettings): Promise<OpenedBroker> {
  const [client, { RedisStreamsTransport }] = await Promise.all([
    connectRedis(address, "ERR_TRANSPORT_UNAVAILABLE", onNotice),
    import("@sallyport/guard/adapters/redis-streams"),
  ]);
  const transport = new RedisStreamsTransport(client, {
    prefix: PREFIX,
    reclaimAfterMs: leaseMs * RECLAIM_AFTER_LEASES,
    vouchesEnqueueTime: optionIn(address, "vouchesEnqueueTime", ["true", "false"]) === "true",
  });
  return {
    transport,
    answers: () => redisAnswers(client),
    checks: () => redisChecks(client),
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

const streamOf = (destination: string): string => `${PREFIX}:{${destination}}`;
const whole = ({ destination }: Place): readonly string[] => [`~${streamOf(destination)}`, `~${streamOf(destination)}:*`];

const PUBLISHES = ["+info", "+ping", "+cluster|slots", "+xadd"];
const READS = ["+eval_ro", "+evalsha_ro", "+xrange", "+xinfo|stream", "+get"];
const CONSUMES = `+info +ping +cluster|slots +eval +evalsha +time +xgroup|create +xgroup|delconsumer +xinfo|groups +xinfo|consumers
  +xreadgroup +xread +xack +xclaim +xpending +xrange +xrevrange +xadd +xtrim +zadd +zrem +zscore +zcard +zrange +zrangebyscore
  +zrangebylex +zremrangebyscore +hget +hset +hdel +hexists +exists +lpush +rpush +lpop +lrange +del +set`.split(/\s+/);

/** As docs/adapters/redis.md has them for one stream. */
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

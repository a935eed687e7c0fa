// How a server of Redis is connected to, or a cluster of several: what is one says so itself.
import { isIP } from "node:net";
import { SallyportError } from "@sallyport/guard";
import type { Cluster, Redis } from "ioredis";
import type { Address, Host } from "./brokers/address.ts";
import type { OpenSettings } from "./brokers/broker.ts";
import { unreachable } from "./brokers/unreachable.ts";

export type RedisConnection = Redis | Cluster;

type Unavailable = "ERR_TRANSPORT_UNAVAILABLE" | "ERR_STORE_UNAVAILABLE";

const PORT = 6379;
const CONNECT_WITHIN_MS = 5000;
/** A connection that owes an answer and is silent for so long is half open; above the two seconds for which a member waits. */
const SILENT_MS = 10_000;
const NO_NUMBER = "Leave out the number after the host.";
const WHAT = "the connection to Redis";

/** @throws {SallyportError} with `code` when no server can be reached, `ERR_CONFIG_*` for an address that is none of this. */
export async function connectRedis(address: Address, code: Unavailable, onNotice: OpenSettings["onNotice"]): Promise<RedisConnection> {
  const { hosts, path } = address;
  if (hosts.length === 0 || !/^\d{0,4}$/.test(path)) {
    throw invalid(
      address,
      "the address of a Redis server has a host, and at most a number after it",
      "Write rediss://USER:PASSWORD@HOST:PORT, and /NUMBER for another database than 0.",
    );
  }
  const first = await firstThatAnswers(address, code, onNotice);
  try {
    const info = await told(first, address, code);
    // A cluster of one is asked as one that is alone: there is nobody else to ask, and one connection comes back sooner.
    if (!/^cluster_enabled:1/m.test(info) || (hosts.length === 1 && (await serversKnownTo(first, address, code)) < 2)) {
      if (hosts.length > 1) {
        throw invalid(address, "the address has several hosts, and the server is of no cluster", "Name the server which is the primary.");
      }
      warnOfLoss([info], onNotice);
      return first;
    }
  } catch (error) {
    first.disconnect();
    throw error;
  }
  first.disconnect();
  const cluster = await connectCluster(address, code, onNotice);
  warnOfLoss(await infoOfEach(cluster), onNotice);
  return cluster;
}

/** What each server says of itself; of a cluster, those that answer. */
export async function infoOfEach(client: RedisConnection): Promise<readonly string[]> {
  if (!("nodes" in client)) return [await client.info()];
  const infos = await Promise.allSettled(client.nodes("all").map((node) => node.info()));
  const answered = infos.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (answered.length > 0) return answered;
  throw infos.find((one) => one.status === "rejected")?.reason ?? new Error("no server of the cluster is known");
}

async function firstThatAnswers(address: Address, code: Unavailable, onNotice: OpenSettings["onNotice"]): Promise<Redis> {
  let last: unknown;
  for (const host of address.hosts) {
    try {
      return await connectOne(address, host, code, onNotice);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function connectOne(address: Address, host: Host, code: Unavailable, onNotice: OpenSettings["onNotice"]): Promise<Redis> {
  const { Redis: IoRedis } = await import("ioredis");
  const { path, scheme } = address;
  const client = new IoRedis({
    ...optionsOf(address),
    host: host.name,
    port: host.port ?? PORT,
    ...(path !== "" && { db: Number(path) }),
    // An IP address is no name of a server; the certificate is held to it all the same.
    ...(scheme === "rediss" && { tls: isIP(host.name) === 0 ? { servername: host.name } : {} }),
    lazyConnect: true,
  });
  let last: unknown;
  client.on("error", (error: unknown) => {
    last = error;
    // It would go on in database 0, among what is others'.
    if (isOfDatabase(error)) client.disconnect(true);
    onNotice(WHAT, isOfDatabase(error) ? noDatabase(address, error) : unreachable("Redis", address, error, code));
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    if (isOfDatabase(last)) throw noDatabase(address, last);
    // What closed the connection says more than that it is closed.
    throw unreachable("Redis", address, last ?? error, code);
  }
  return client;
}

async function connectCluster(address: Address, code: Unavailable, onNotice: OpenSettings["onNotice"]): Promise<Cluster> {
  if (address.path !== "" && Number(address.path) !== 0) throw invalid(address, "a cluster has no other database than 0", NO_NUMBER);
  const { Cluster: IoCluster } = await import("ioredis");
  const startAt = address.hosts.map(({ name, port = PORT }) => ({ host: name, port }));
  const client = new IoCluster(startAt, {
    lazyConnect: true,
    // It would ask for more rights; what a cluster that is not whole is asked is asked again.
    enableReadyCheck: false,
    slotsRefreshTimeout: CONNECT_WITHIN_MS,
    // By name, so that a server shows a certificate which holds for it.
    dnsLookup: (name, done) => done(null, name),
    redisOptions: { ...optionsOf(address), ...(address.scheme === "rediss" && { tls: {} }) },
  });
  const failed = (error: unknown): SallyportError => unreachable("the Redis cluster", address, lastOf(error), code);
  let last: unknown;
  client.on("error", (error: unknown) => {
    last = error;
    onNotice(WHAT, failed(error));
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    if (/NOPERM/.test(String(lastOf(last ?? error)))) throw notAllowed(address);
    throw failed(last ?? error);
  }
  return client;
}

const lastOf = (error: unknown): unknown => (error as { readonly lastNodeError?: unknown } | undefined)?.lastNodeError ?? error;

const optionsOf = ({ user, password }: Address) => ({
  ...(user !== undefined && { username: user }),
  ...(password !== undefined && { password }),
  connectTimeout: CONNECT_WITHIN_MS,
  socketTimeout: SILENT_MS,
});

async function told(client: Redis, address: Address, code: Unavailable): Promise<string> {
  try {
    return await client.info();
  } catch (error) {
    throw unreachable("Redis", address, error, code);
  }
}

/** Of its cluster, replicas too. */
async function serversKnownTo(client: Redis, address: Address, code: Unavailable): Promise<number> {
  try {
    const ranges = (await client.call("CLUSTER", "SLOTS")) as readonly (readonly [number, number, ...(readonly unknown[])[]])[];
    return new Set(ranges.flatMap(([, , ...servers]) => servers.map(([, , id]) => String(id)))).size;
  } catch (error) {
    throw /NOPERM/.test(String(error)) ? notAllowed(address) : unreachable("the Redis cluster", address, error, code);
  }
}

/** Said in INFO where it is set. A server that has replicas confirms before any of them has what was confirmed. */
function warnOfLoss(infos: readonly string[], onNotice: OpenSettings["onNotice"]): void {
  const loses = (info: string): boolean =>
    /^role:master/m.test(info) && /^connected_slaves:[1-9]/m.test(info) && !/^min_slaves_good_slaves:/m.test(info);
  if (!infos.some(loses)) return;
  onNotice("Redis has replicas, and min-replicas-to-write is not set: a failover may lose what was confirmed (docs/stores.md)");
}

/** Of a SELECT that was refused. */
const isOfDatabase = (error: unknown): boolean =>
  (error as { readonly command?: { readonly name?: unknown } } | undefined)?.command?.name === "select";

function noDatabase(address: Address, error: unknown): SallyportError {
  if (/cluster/.test(String(error))) return invalid(address, "a cluster has no other database than 0", NO_NUMBER);
  if (!/NOPERM/.test(String(error)))
    return invalid(address, `the server has no database ${address.path}`, "Name another, or raise `databases` in its configuration.");
  return new SallyportError("ERR_CONFIG_CAPABILITY", `this user may not select the database ${address.path}`, {
    place: String(address),
    remedy: "Leave out the number after the host; or give the user +select, which opens the same keys of every other database to it.",
  });
}

const invalid = (address: Address, what: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", what, { place: String(address), remedy });

const notAllowed = (address: Address): SallyportError =>
  new SallyportError("ERR_CONFIG_CAPABILITY", "this user may not ask which server of the Redis cluster has what", {
    place: String(address),
    remedy: "Give it +cluster|slots; `sallyport acl` shows all that it needs.",
  });

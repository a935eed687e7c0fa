// Every server of a cluster, and what it says of itself: how one is set says nothing of the others, and a replica is a
// master after the next failover.

/** A client of a cluster, as ioredis has it. */
interface ClusterClient {
  nodes(role: "all"): readonly { call(command: string, args: string[]): Promise<unknown> }[];
}

const isOfCluster = (client: object): client is ClusterClient => "nodes" in client && typeof client.nodes === "function";

/**
 * INFO of each server that answers, of which there are none when the client is no cluster's. `answered` gives up waiting:
 * a server that is not there is looked at by nobody, and holds up nobody.
 */
export async function infoOfEach(client: object, answered: (answer: Promise<unknown>) => Promise<unknown>): Promise<readonly string[]> {
  if (!isOfCluster(client)) return [];
  const told = await Promise.allSettled(client.nodes("all").map((server) => answered(server.call("INFO", []))));
  return told.flatMap((one) => (one.status === "fulfilled" ? [String(one.value)] : []));
}

/**
 * Of node-redis, a client for a cluster or for sentinels takes the key, or whether something is only read, before the
 * command, and would take the command for that.
 */
export const isRoutingNodeRedis = (client: object): boolean =>
  !("callBuffer" in client) && ("masters" in client || "getSentinelNode" in client);

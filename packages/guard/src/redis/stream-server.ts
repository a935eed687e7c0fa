// What a server must be and be set to, or a promise would be broken later and without a word.
import { SallyportError } from "../errors.ts";
import type { StreamConnection } from "./stream-connection.ts";

const OLDEST_MAJOR = 7;

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY` for a server that would lose or evict what it has confirmed. */
export async function refuseUnfitServer(connection: StreamConnection, mustPersist: boolean): Promise<void> {
  for (const told of await connection.info()) refuseUnfit(told, mustPersist);
}

function refuseUnfit(told: string, mustPersist: boolean): void {
  const has = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(told)?.[1] ?? "";
  const major = Number.parseInt(has("redis_version"), 10);
  if (!(major >= OLDEST_MAJOR)) refuse(`Redis ${has("redis_version")} is too old`, "Use Redis 7.0 or later.");
  // What expires by itself may be evicted by the other policies: a stream never does.
  if (has("maxmemory_policy").startsWith("allkeys-"))
    refuse(`Redis evicts streams when memory is short (${has("maxmemory_policy")})`, "Run: CONFIG SET maxmemory-policy noeviction");
  if (mustPersist && has("aof_enabled") !== "1") {
    refuse(
      "Redis would lose confirmed messages with its process: appendonly is off",
      "Run: CONFIG SET appendonly yes; or say persists: false of this transport, if they may be lost.",
    );
  }
}

function refuse(what: string, remedy: string): never {
  throw new SallyportError("ERR_CONFIG_CAPABILITY", what, { place: "the Redis transport's server", remedy });
}

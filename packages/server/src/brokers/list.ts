// Every broker that the ready-made server and worker know. Another is a file beside this one and its name here.
import type { Broker } from "./broker.ts";
import { redis } from "./redis.ts";
import { sqlite } from "./sqlite.ts";

export const BROKERS: readonly Broker[] = [sqlite, redis];

export const BY_SCHEME: ReadonlyMap<string, Broker> = new Map(
  BROKERS.flatMap((broker) => [...broker.schemes.keys()].map((scheme) => [scheme, broker] as const)),
);

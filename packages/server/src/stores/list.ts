// Every store that the ready-made server and worker know. Another is a file beside this one and its name here.
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";
import { sqlite } from "./sqlite.ts";
import type { Store } from "./store.ts";

export const STORES: readonly Store[] = [sqlite, redis, postgres];

// Every broker that tests talk to. Another is a file beside this one and a line here.
import type { Broker } from "./broker.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";
import { sqs } from "./sqs.ts";

export const BROKERS: readonly Broker[] = [redis, postgres, sqs];

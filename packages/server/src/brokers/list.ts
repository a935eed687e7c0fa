// Every broker that the ready-made server and worker know. Another is a file beside this one and its name here.
import type { Broker } from "./broker.ts";
import { kafka } from "./kafka.ts";
import { nats } from "./nats.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { redis } from "./redis.ts";
import { sqlite } from "./sqlite.ts";
import { sqs, sqsFifo } from "./sqs.ts";

export const BROKERS: readonly Broker[] = [sqlite, redis, kafka, nats, rabbitmq, sqs, sqsFifo];

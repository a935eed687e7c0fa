// Every broker that tests talk to. Another is a file beside this one and a line here.
import { beanstalkd } from "./beanstalkd.ts";
import type { Broker } from "./broker.ts";
import { kafka } from "./kafka.ts";
import { nats } from "./nats.ts";
import { postgres } from "./postgres.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { redis } from "./redis.ts";
import { sqs } from "./sqs.ts";

export const BROKERS: readonly Broker[] = [redis, postgres, nats, rabbitmq, kafka, sqs, beanstalkd];

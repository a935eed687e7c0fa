// Every broker that the guard's cost is measured on.
import { kafkaJs, platformatic } from "./kafka.ts";
import type { Lane } from "./lane.ts";
import { nats } from "./nats.ts";
import { amqplib, rabbitMqClient } from "./rabbitmq.ts";
import { redisStreams } from "./redis-streams.ts";
import { sqs } from "./sqs.ts";

export const LANES: readonly Lane[] = [redisStreams, nats, platformatic, kafkaJs, amqplib, rabbitMqClient, sqs];

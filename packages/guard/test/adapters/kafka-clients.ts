// The transport on Kafka over each client, for tests that hold whichever it is.
import * as platformatic from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import { KafkaJsTransport } from "../../src/adapters/kafkajs.ts";
import type { KafkaOptions } from "../../src/kafka/carrier.ts";
import type { Transport } from "../../src/ports/transport.ts";
import { brokersOf } from "./kafka-topics.ts";

export interface Sasl {
  readonly username: string;
  readonly password: string;
}

type Over = (url: string, options: KafkaOptions, sasl?: Sasl) => Transport;

const overPlatformatic: Over = (url, options, sasl) =>
  new KafkaTransport(platformatic, { bootstrapBrokers: brokersOf(url), ...(sasl && { sasl: { mechanism: "PLAIN", ...sasl } }) }, options);

const overKafkaJs: Over = (url, options, sasl) => {
  const connection = {
    brokers: brokersOf(url),
    logLevel: logLevel.NOTHING,
    ...(sasl && { sasl: { mechanism: "plain" as const, ...sasl } }),
  };
  return new KafkaJsTransport(new Kafka(connection), options);
};

export const CLIENTS = [
  ["@platformatic/kafka", overPlatformatic],
  ["kafkajs", overKafkaJs],
] as const;

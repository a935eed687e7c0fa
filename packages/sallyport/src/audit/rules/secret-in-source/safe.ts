// The source says where the password is.
import { Redis } from "ioredis";
import { Kafka } from "kafkajs";

export const redis = new Redis(process.env.REDIS_URL ?? "");
export const kafka = new Kafka({
  brokers: ["kafka.example.com:9093"],
  ssl: true,
  sasl: { mechanism: "plain", username: "notes", password: process.env.KAFKA_PASSWORD ?? "" },
});

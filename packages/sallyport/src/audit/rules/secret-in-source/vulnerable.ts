// The password stands in the source, and in its history for ever.
import { Redis } from "ioredis";
import { Kafka } from "kafkajs";

export const redis = new Redis("rediss://notes:Kq7vX2mPz9@redis.example.com:6380"); // finding: secret-in-source
export const kafka = new Kafka({ // finding: secret-in-source
  brokers: ["kafka.example.com:9093"],
  ssl: true,
  sasl: { mechanism: "plain", username: "notes", password: "Kq7vX2mPz9" },
});

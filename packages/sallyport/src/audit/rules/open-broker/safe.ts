// On this machine it is what everybody has; elsewhere it is TLS and an account of its own.
import { connect } from "amqplib";
import { Kafka } from "kafkajs";

export const local = await connect("amqp://guest:guest@localhost:5672");
export const rabbit = await connect(process.env.AMQP_URL ?? "amqp://localhost");
export const kafka = new Kafka({ brokers: (process.env.BROKERS ?? "").split(","), ssl: true });

// In the clear, with the password that everybody knows; and whoever answers is believed.
import { connect } from "amqplib";
import { Kafka } from "kafkajs";

export const rabbit = await connect("amqp://guest:guest@rabbit.internal.example.com:5672"); // finding: open-broker
export const kafka = new Kafka({ brokers: ["kafka:9093"], ssl: { rejectUnauthorized: false } }); // finding: open-broker

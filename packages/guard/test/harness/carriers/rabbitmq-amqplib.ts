import { amqplib } from "../../adapters/rabbitmq-amqplib.ts";
import type { Carrier } from "./carrier.ts";
import { onRabbitMq } from "./on-rabbitmq.ts";

export const rabbitMqAmqplib: Carrier = onRabbitMq(amqplib);

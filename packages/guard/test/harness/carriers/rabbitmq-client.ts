import { rabbitMqClient as connected } from "../../adapters/rabbitmq-client.ts";
import type { Carrier } from "./carrier.ts";
import { onRabbitMq } from "./on-rabbitmq.ts";

export const rabbitMqClient: Carrier = onRabbitMq(connected);

// Every subject. Another is a file beside this one and a line here.
import type { Subject } from "../subject.ts";
import { sallyport } from "./sallyport.ts";
import { onKafka } from "./sallyport-kafka.ts";
import { onRabbitMq } from "./sallyport-rabbitmq.ts";
import { onSqs } from "./sallyport-sqs.ts";
import { toolkitOnKafka } from "./toolkit-kafka.ts";
import { toolkitOnRabbitMq } from "./toolkit-rabbitmq.ts";
import { toolkitOnSqs } from "./toolkit-sqs.ts";

export const SUBJECTS: readonly Subject[] = [
  sallyport(onRabbitMq, "redis"),
  sallyport(onRabbitMq, "postgres"),
  toolkitOnRabbitMq,
  sallyport(onSqs, "redis"),
  sallyport(onSqs, "postgres"),
  toolkitOnSqs,
  sallyport(onKafka, "redis"),
  sallyport(onKafka, "postgres"),
  toolkitOnKafka,
];

export function subjectOf(name: string, broker: string): Subject {
  const found = SUBJECTS.find((subject) => subject.name === name && subject.broker === broker);
  if (found === undefined) throw new Error(`no subject "${name}" on ${broker}`);
  return found;
}

// Topics of Kafka, made as an operator would have made them: nobody here makes one by naming it.
import { Admin } from "@platformatic/kafka";

export const PARTITIONS = 4;

export const connectionTo = (url: string) => ({ clientId: "bench", bootstrapBrokers: [new URL(url).host] });

export interface Topic {
  readonly name: string;
  readonly maxBytes?: number;
}

export async function createTopics(url: string, topics: readonly Topic[]): Promise<void> {
  const admin = new Admin(connectionTo(url));
  for (const { name, maxBytes = 1_048_588 } of topics)
    await admin.createTopics({
      topics: [name],
      partitions: PARTITIONS,
      replicas: 1,
      configs: [{ name: "max.message.bytes", value: String(maxBytes) }],
    });
  await admin.close();
}

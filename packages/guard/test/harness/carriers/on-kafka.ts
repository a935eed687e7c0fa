// What both clients of Kafka are set to, and its topics, on as many nodes as there are replicas.

export const brokersOf = (url: string): string[] => url.replace("kafka://", "").split(",");

/** With one node less everything goes on. */
const inSyncOf = (replicas: number): number => Math.max(1, replicas - 1);

export const onKafka = (replicas: number) => ({ minInSyncReplicas: inSyncOf(replicas), sessionMs: 1000, vouchesEnqueueTime: true });

/** Topics are made with the one client, which processes on the other do not load. */
export const declareWith =
  (replicas: number) =>
  async (url: string, destination: string, group: string): Promise<void> => {
    const { createTopics, withAdmin } = await import("../../adapters/kafka-topics.ts");
    const configs = { "min.insync.replicas": String(inSyncOf(replicas)) };
    const topics = { destinations: [destination], groups: [group], partitions: 3, replicas, configs };
    await withAdmin(url, (admin) => createTopics(admin, "", topics));
  };

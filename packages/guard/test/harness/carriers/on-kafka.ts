// What both clients of Kafka are set to, and its topics.
export const ON_KAFKA = { minInSyncReplicas: 1, sessionMs: 1000 } as const;

/** Topics are made with the one client, which processes on the other do not load. */
export async function declare(url: string, destination: string, group: string): Promise<void> {
  const { createTopics, withAdmin } = await import("../../adapters/kafka-topics.ts");
  await withAdmin(url, (admin) => createTopics(admin, "", { destinations: [destination], groups: [group], partitions: 3 }));
}

export const brokersOf = (url: string): string[] => [new URL(url).host];

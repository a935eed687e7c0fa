import * as kafka from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import { browserLaws, transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { CLIENTS } from "./kafka-clients.ts";
import { brokersOf, createTopics, freshPrefix } from "./kafka-topics.ts";
import { send } from "./stream-box.ts";

describeBroker("kafka", "Kafka", (url) => {
  let admin: kafka.Admin;
  beforeAll(() => {
    admin = new kafka.Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url) });
  });
  afterAll(() => admin.close());

  const looked = (partitions: number) => async () => {
    const prefix = freshPrefix();
    await createTopics(admin, prefix, { destinations: ["laws"], partitions });
    return new KafkaTransport(kafka, { bootstrapBrokers: brokersOf(url) }, { prefix, minInSyncReplicas: 1 });
  };

  describe.each(CLIENTS)("through %s", (name, over) => {
    const fresh = (partitions: number) => async () => {
      const prefix = freshPrefix();
      await createTopics(admin, prefix, { groups: ["g", "one", "two"], partitions });
      return over(url, { prefix, minInSyncReplicas: 1, vouchesEnqueueTime: true, sessionMs: 6000 });
    };
    // Members that share need one each; between two there is no order, and the other laws are of one message after another.
    const shared = transportLaws(fresh(2));
    for (const [index, law] of transportLaws(fresh(1)).entries())
      test(law.name, law.name.startsWith("members of a group share") ? shared[index]!.run : law.run);

    if (name === "@platformatic/kafka") for (const law of browserLaws(looked(1))) test(law.name, law.run);
  });

  describe.each([1, 3])("looked into, %s partitions", (partitions) => {
    // Between partitions Kafka has no order finer than a millisecond: that law is of one partition, above.
    const laws = browserLaws(looked(partitions)).filter(({ name }) => !name.startsWith("pages are oldest first"));
    if (partitions > 1) for (const law of laws) test(law.name, law.run);

    test("[PSN-13] pages of any size show each message once, each partition's in its order", async () => {
      const transport = await looked(partitions)();
      const texts = Array.from({ length: 20 }, (_, n) => String(n));
      for (const text of texts) await send(transport, [text], undefined, "laws");
      for (const most of [1, 3, 7, 20, 50]) {
        const seen: string[] = [];
        for (let after: string | undefined, hasMore = true; hasMore;) {
          const page = await transport.browse({ destination: "laws", after, most });
          seen.push(...page.messages.map(({ bytes }) => Buffer.from(bytes).toString()));
          after = page.messages.at(-1)?.position;
          ({ hasMore } = page);
        }
        expect(seen.toSorted((one, other) => Number(one) - Number(other))).toEqual(texts);
        for (let partition = 0; partition < partitions; partition++) {
          const own = seen.filter((text) => Number(text) % partitions === partition).map(Number);
          expect(own).toEqual(own.toSorted((one, other) => one - other));
        }
      }
      await transport.close();
    });
  });
});

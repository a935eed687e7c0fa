import { expect, onTestFinished } from "vitest";
import { KeyRing, Publisher } from "../../src/index.ts";
import type { OutgoingMessage } from "../../src/ports/transport.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { CLIENTS } from "../adapters/kafka-clients.ts";
import { brokersOf, createTopics, freshPrefix, withAdmin } from "../adapters/kafka-topics.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { steps } from "../sqlite/steps.ts";
import { pythonLines, testStock } from "./python.ts";

describeBroker("kafka", "A stock client of Kafka in Python", (url) => {
  for (const [name, over] of CLIENTS)
    testStock("kafka", `[REP-05] reads what was published over ${name}, verifies it, and notices what was changed`, async () => {
      const prefix = freshPrefix();
      await withAdmin(url, (admin) => createTopics(admin, prefix, { destinations: ["steps"], groups: [], partitions: 1 }));
      const transport = over(url, { prefix, minInSyncReplicas: 1 });
      onTestFinished(() => transport.close());
      const sent: OutgoingMessage[] = [];
      const spec = keySpec({ issuer: "counted" });
      const publisher = new Publisher({
        contract: steps,
        transport: {
          name: transport.name,
          capabilities: transport.capabilities,
          receive: (...args) => transport.receive(...args),
          close: () => transport.close(),
          send: (messages) => (sent.push(...messages), transport.send(messages)),
        },
        keys: new KeyRing([spec]),
        limits: new MemoryLimits(),
        ledger: new MemoryLedger(),
      });
      const caller = { principal: { id: "aliçe" }, origin: "service" } as const;
      const { id } = await publisher.publish("step", { of: 'é"\\ü', n: 1 }, caller);
      const changed = Buffer.from(sent[0]!.bytes).toString().replace('"n":1', '"n":2');
      await transport.send([{ ...sent[0]!, bytes: Buffer.from(changed) }]);
      const [told, refused] = await pythonLines(
        "kafka_reader.py",
        [brokersOf(url)[0]!, `${prefix}steps`, prefix, "2"],
        JSON.stringify([spec]),
      );
      expect(told).toMatchObject({ id, type: "step", source: "counted", actor: "aliçe", data: { of: 'é"\\ü', n: 1 } });
      expect(refused).toEqual({ refused: "the signature is not this key's" });
    });
});

import { expect } from "vitest";
import { SqsTransport } from "../../src/adapters/sqs.ts";
import { KeyRing, Publisher } from "../../src/index.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { clientAt, freshPrefix, makeQueues } from "../adapters/sqs-queues.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { steps } from "../sqlite/steps.ts";
import { pythonLines, testStock } from "./python.ts";

describeBroker("sqs", "A stock client of SQS in Python", (url) => {
  testStock("boto3", "[REP-05] reads what was published, verifies it, and notices what was changed", async () => {
    const client = clientAt(url);
    const prefix = freshPrefix();
    await makeQueues(client, { prefix, fifo: true, destination: "steps", groups: ["g"] });
    const transport = new SqsTransport(client, { groups: ["g"], prefix, fifo: true });
    const spec = keySpec({ issuer: "counted" });
    const publisher = new Publisher({
      contract: steps,
      transport,
      keys: new KeyRing([spec]),
      limits: new MemoryLimits(),
      ledger: new MemoryLedger(),
    });
    const caller = { principal: { id: "aliçe" }, origin: "service" } as const;
    const { id } = await publisher.publish("step", { of: 'é"\\ü', n: 1 }, caller);
    const args = [url, `${prefix}__steps__g.fifo`, "1"];
    const [told] = await pythonLines("sqs_reader.py", args, JSON.stringify([spec]));
    expect(told).toMatchObject({ id, type: "step", source: "counted", actor: "aliçe", data: { of: 'é"\\ü', n: 1 } });
    const changed = JSON.stringify({ ...told, data: { of: 'é"\\ü', n: 2 } });
    await transport.send([{ id: "x", destination: "steps", key: undefined, bytes: Buffer.from(changed) }]);
    const [refused] = await pythonLines("sqs_reader.py", args, JSON.stringify([spec]));
    expect(refused).toEqual({ refused: "the signature is not this key's" });
  });
});

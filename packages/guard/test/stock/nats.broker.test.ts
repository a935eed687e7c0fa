import { expect } from "vitest";
import { KeyRing, Publisher } from "../../src/index.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { connected, opened } from "../adapters/nats-house.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { steps } from "../sqlite/steps.ts";
import { pythonLines, testStock } from "./python.ts";

describeBroker("nats", "A stock client of NATS in Python", (url) => {
  testStock("nats", "[REP-05] reads what was published, verifies it, and notices what was changed", async () => {
    const prefix = `p${process.pid}`;
    const connection = await connected(url);
    const transport = await opened(connection, { prefix }, ["steps"]);
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
    const { messages } = await transport.browse({ destination: "steps", after: undefined, most: 1 });
    const changed = Buffer.from(messages[0]!.bytes).toString().replace('"n":1', '"n":2');
    await transport.send([{ id: "x", destination: "steps", key: undefined, bytes: Buffer.from(changed) }]);
    const args = [url, `${prefix}-steps`, `${prefix}.steps`, "stock", "2"];
    const [told, refused] = await pythonLines("nats_reader.py", args, JSON.stringify([spec]));
    expect(told).toMatchObject({ id, type: "step", source: "counted", actor: "aliçe", data: { of: 'é"\\ü', n: 1 } });
    expect(refused).toEqual({ refused: "the signature is not this key's" });
  });
});

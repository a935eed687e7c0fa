import { expect, onTestFinished } from "vitest";
import { RabbitMqTransport } from "../../src/adapters/rabbitmq.ts";
import { KeyRing, Publisher } from "../../src/index.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { amqplib } from "../adapters/rabbitmq-amqplib.ts";
import { opened, plain } from "../adapters/rabbitmq-clients.ts";
import { box } from "../adapters/stream-box.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { steps } from "../sqlite/steps.ts";
import { pythonLines, testStock } from "./python.ts";

describeBroker("rabbitmq", "A stock client of RabbitMQ in Python", (url) => {
  testStock("pika", "[REP-05] reads what was published, verifies it, and notices what was changed", async () => {
    const prefix = `p${process.pid}`;
    const transport = new RabbitMqTransport(await opened(amqplib, url), { prefix, newQueueMs: 0 });
    onTestFinished(() => transport.close());
    const spec = keySpec({ issuer: "counted" });
    const publisher = new Publisher({
      contract: steps,
      transport,
      keys: new KeyRing([spec]),
      limits: new MemoryLimits(),
      ledger: new MemoryLedger(),
    });
    const ours = await box(transport, { destination: "steps" });
    const channel = await (await plain(url)).createChannel();
    const queue = `${prefix}-stock`;
    await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } });
    await channel.bindQueue(queue, `${prefix}:steps`, "");
    const caller = { principal: { id: "aliçe" }, origin: "service" } as const;
    const { id } = await publisher.publish("step", { of: 'é"\\ü', n: 1 }, caller);
    const [message] = await ours.take(1);
    const changed = Buffer.from(message!.bytes).toString().replace('"n":1', '"n":2');
    await transport.send([{ id: "x", destination: "steps", key: undefined, bytes: Buffer.from(changed) }]);
    const [told, refused] = await pythonLines("rabbitmq_reader.py", [url, queue, "2"], JSON.stringify([spec]));
    expect(told).toMatchObject({ id, type: "step", source: "counted", actor: "aliçe", data: { of: 'é"\\ü', n: 1 } });
    expect(refused).toEqual({ refused: "the signature is not this key's" });
    await channel.deleteQueue(queue);
  });
});

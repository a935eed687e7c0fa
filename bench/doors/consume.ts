// What a guarded consume costs, from the bytes on the transport to the acknowledgement, beside JSON.parse, schema
// and handler alone.
import { Consumer, type KeySpec, Publisher } from "@sallyport/guard";
import { MemoryTransport } from "@sallyport/guard/adapters/memory";
import { MemoryClaims } from "@sallyport/guard/stores/memory-claims";
import { MemoryDeadLetters } from "@sallyport/guard/stores/memory-dead-letters";
import { MemoryLedger, MemoryLimits } from "@sallyport/guard/stores/memory-limits";
import { caller, ed25519Key, Handled, hmacKey, orders, orderSchema, ordersOf, ringOf, TYPE } from "../event.ts";
import type { Subject } from "../measure.ts";
import { listTrail, type Trail } from "./trail.ts";

export const bareConsume: Subject = {
  name: "no guard",
  does: "JSON.parse, schema, handler",
  prepare(messages) {
    const received = ordersOf(messages).map((order) => Buffer.from(JSON.stringify(order)));
    const handled = new Handled();
    return {
      async run() {
        for (const bytes of received) await handle(orderSchema.parse(JSON.parse(bytes.toString())));
        handled.expect(messages);
      },
    };
    async function handle(order: ReturnType<typeof orderSchema.parse>): Promise<void> {
      handled.take(order);
    }
  },
};

const WHOLE = "parse, verify, type, bounds, schema, freshness, claim, deadline, handler, commit, acknowledge";

function guarded(name: string, does: string, key: KeySpec, trail: () => Trail | undefined, messages?: number): Subject {
  return {
    name,
    does,
    ...(messages !== undefined && { messages }),
    async prepare(count) {
      const keys = ringOf(key);
      const transport = new MemoryTransport();
      const shared = { contract: orders, transport, keys };
      const publisher = new Publisher({ ...shared, limits: new MemoryLimits(), ledger: new MemoryLedger() });
      for (const order of ordersOf(count)) await publisher.publish(TYPE, order, caller);
      const handled = new Handled();
      const kept = trail();
      const { promise: acknowledged, resolve } = Promise.withResolvers<void>();
      let acknowledgements = 0;
      const consumer = new Consumer({
        ...shared,
        group: "bench",
        claims: new MemoryClaims(),
        deadLetters: new MemoryDeadLetters(),
        ...(kept && { trail: kept }),
        handlers: { [TYPE]: async (event) => handled.take(event.data) },
        observer: { at: (point) => void (point === "consume:acknowledged" && ++acknowledgements === count && resolve()) },
        policy: { concurrency: 64 },
      });
      return {
        async run() {
          await consumer.start();
          await acknowledged;
          handled.expect(count);
        },
        close: () => consumer.drain(1000),
      };
    },
  };
}

export const guardedConsume: readonly Subject[] = [
  guarded("sallyport, HMAC", WHOLE, hmacKey, () => undefined),
  guarded("sallyport, HMAC, trail", `${WHOLE}, trail in memory`, hmacKey, listTrail),
  guarded("sallyport, Ed25519", WHOLE, ed25519Key, () => undefined, 2000),
];

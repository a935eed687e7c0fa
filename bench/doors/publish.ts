// What a guarded publish costs, beside the same schema and serialisation with no guard at all.
import { type KeySpec, Publisher } from "@sallyport/guard";
import { MemoryTransport } from "@sallyport/guard/adapters/memory";
import { MemoryLedger, MemoryLimits } from "@sallyport/guard/stores/memory-limits";
import { caller, DESTINATION, ed25519Key, hmacKey, orders, orderSchema, ordersOf, ringOf, TYPE } from "../event.ts";
import type { Subject } from "../measure.ts";
import { listTrail, type Trail } from "./trail.ts";

export const barePublish: Subject = {
  name: "no guard",
  does: "schema, JSON.stringify, transport",
  prepare(messages) {
    const list = ordersOf(messages);
    const transport = new MemoryTransport();
    return {
      async run() {
        for (const order of list) {
          const bytes = Buffer.from(JSON.stringify(orderSchema.parse(order)));
          await transport.send([{ id: order.orderId, destination: DESTINATION, key: order.orderId, bytes }]);
        }
      },
    };
  },
};

const WHOLE = "admit, bounds, schema, limit, ledger, seal, transport, receipt";

function guarded(name: string, does: string, key: KeySpec, trail: () => Trail | undefined, messages?: number): Subject {
  return {
    name,
    does,
    ...(messages !== undefined && { messages }),
    prepare(count) {
      const list = ordersOf(count);
      const kept = trail();
      const publisher = new Publisher({
        contract: orders,
        transport: new MemoryTransport(),
        keys: ringOf(key),
        limits: new MemoryLimits(),
        ledger: new MemoryLedger(),
        ...(kept && { trail: kept }),
      });
      return {
        async run() {
          let receipts = 0;
          for (const order of list) if (!(await publisher.publish(TYPE, order, caller)).repeated) receipts++;
          if (receipts !== count) throw new Error(`${receipts} events were published instead of ${count}`);
        },
      };
    },
  };
}

export const guardedPublish: readonly Subject[] = [
  guarded("sallyport, HMAC", WHOLE, hmacKey, () => undefined),
  guarded("sallyport, HMAC, trail", `${WHOLE}, trail in memory`, hmacKey, listTrail),
  guarded("sallyport, Ed25519", WHOLE, ed25519Key, () => undefined, 2000),
];

// The event that everything here carries: 512 bytes of JSON, one strict schema, one contract.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { contract, event, KeyRing, type KeySpec } from "@sallyport/guard";
import { z } from "zod";

export const EVENT_BYTES = 512;

export const orderSchema = z.strictObject({
  orderId: z.string().max(64),
  customer: z.strictObject({ customerId: z.string().max(64), email: z.email(), country: z.string().length(2) }),
  lines: z
    .array(z.strictObject({ sku: z.string().max(32), quantity: z.number().int().min(1), priceCents: z.number().int().min(0) }))
    .max(50),
  note: z.string().max(2000),
});

export type Order = z.infer<typeof orderSchema>;

export const TYPE = "order.placed";
export const DESTINATION = "orders";

export const ordersAt = (destination: string) =>
  contract({
    name: "shop",
    events: {
      [TYPE]: event({
        description: "An order was placed.",
        schema: orderSchema,
        destination,
        key: (order) => order.orderId,
        rate: { limit: 100_000_000, windowMs: 60_000 },
      }),
    },
  });

export const orders = ordersAt(DESTINATION);

export type Orders = typeof orders;

export const caller = { principal: { id: "agent-7" }, origin: "llm" } as const;

/** Each is another order, so that no call repeats an earlier one, and each has the same size. */
export function orderOf(index: number): Order {
  const order: Order = {
    orderId: `o-${String(index).padStart(10, "0")}`,
    customer: { customerId: "c-4711-0815", email: "someone@example.org", country: "DE" },
    lines: [
      { sku: "BOOK-0001", quantity: 1, priceCents: 1999 },
      { sku: "LAMP-0042", quantity: 2, priceCents: 4950 },
      { sku: "CHAIR-0007", quantity: 4, priceCents: 12900 },
    ],
    note: "",
  };
  return { ...order, note: "x".repeat(EVENT_BYTES - JSON.stringify(order).length) };
}

export const ordersOf = (count: number): readonly Order[] => Array.from({ length: count }, (_, index) => orderOf(index));

export const hmacKey: KeySpec = { id: "k1", algorithm: "hmac-sha256", issuer: "shop", secret: randomBytes(32).toString("base64") };

export const ed25519Key: KeySpec = {
  id: "k1",
  algorithm: "ed25519",
  issuer: "shop",
  privateKey: generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

export const ringOf = (spec: KeySpec): KeyRing => new KeyRing([spec]);

/** What every handler here does: looks at the data, so that it cannot be left unparsed. */
export class Handled {
  count = 0;
  bytes = 0;

  take(order: Order): void {
    this.count++;
    this.bytes += order.note.length;
  }

  expect(count: number): void {
    if (this.count !== count) throw new Error(`${this.count} messages were handled instead of ${count}`);
  }
}

// What message-queue-toolkit's messages are on every broker: the order as its payload, and what it knows a message by.
import { randomUUID } from "node:crypto";
import { MessageHandlerConfigBuilder } from "@message-queue-toolkit/core";
import { z } from "zod";
import { type Order, orderSchema, TYPE } from "../../event.ts";
import { reporting as silently } from "../subjects/toolkit.ts";

export const messageSchema = z.object({
  id: z.string(),
  type: z.literal(TYPE),
  timestamp: z.string(),
  deduplicationId: z.string().optional(),
  payload: orderSchema,
});

export type Message = z.infer<typeof messageSchema>;

export function messageOf(order: Order): Message {
  const id = randomUUID();
  return { id, type: TYPE, timestamp: new Date().toISOString(), deduplicationId: id, payload: order };
}

export const handlersOf = (handle: (order: Order) => void) =>
  new MessageHandlerConfigBuilder<Message, undefined>()
    .addConfig(messageSchema, async ({ payload }) => {
      handle(payload);
      return { result: "success" as const };
    })
    .build();

export { resolving } from "../subjects/toolkit.ts";

/** Nothing is to fail here, and what does is shown. */
export const reporting = { ...silently, errorReporter: { report: ({ error }: { readonly error: unknown }) => console.error(error) } };

/** Resolves when it was called so often. */
export function counter(count: number): { readonly one: () => void; readonly all: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  return { one: () => void (--left === 0 && resolve()), all: promise };
}

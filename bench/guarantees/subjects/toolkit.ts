// What message-queue-toolkit's messages and handlers are on either broker.
import { randomUUID } from "node:crypto";
import { MessageHandlerConfigBuilder } from "@message-queue-toolkit/core";
import { z } from "zod";
import type { Place, Work, Write } from "../subject.ts";
import { logger, silent } from "../../peers/silent.ts";
import { LEASE_S, type Task, TYPE, taskSchema } from "../task.ts";

export const NAME = "message-queue-toolkit";

export const messageSchema = z.object({
  id: z.string(),
  type: z.literal(TYPE),
  timestamp: z.string(),
  deduplicationId: z.string(),
  deduplicationOptions: z.object({
    deduplicationWindowSeconds: z.number(),
    lockTimeoutSeconds: z.number(),
    acquireTimeoutSeconds: z.number(),
    refreshIntervalSeconds: z.number(),
  }),
  payload: taskSchema,
});

export type Message = z.infer<typeof messageSchema>;

/** Options of the deduplication travel in the message: the toolkit has no other place for them. */
export function messageOf(task: Task, { windowS }: Place): Message {
  const id = randomUUID();
  return {
    id,
    type: TYPE,
    timestamp: new Date().toISOString(),
    deduplicationId: id,
    deduplicationOptions: {
      deduplicationWindowSeconds: windowS,
      lockTimeoutSeconds: LEASE_S,
      acquireTimeoutSeconds: 2,
      refreshIntervalSeconds: 3,
    },
    payload: task,
  };
}

export function changed(bytes: Buffer): Buffer {
  const id = randomUUID();
  const message = JSON.parse(bytes.toString()) as Message;
  return Buffer.from(JSON.stringify({ ...message, id, deduplicationId: id, timestamp: new Date().toISOString() }));
}

export const handlersOf = (work: Work, own: Write) =>
  new MessageHandlerConfigBuilder<Message, undefined>()
    .addConfig(messageSchema, async ({ payload }) => {
      await work.handle(payload, own);
      return { result: "success" as const };
    })
    .build();

export const reporting = {
  logger: logger as never,
  errorReporter: { report: silent },
  transactionObservabilityManager: { start: silent, startWithGroup: silent, stop: silent, addCustomAttributes: silent },
};

export const resolving = { messageTypeResolver: { messageTypePath: "type" } };

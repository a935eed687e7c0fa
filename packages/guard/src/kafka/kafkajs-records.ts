// What kafkajs has fetched, as records.
import type { KafkaJsMessage } from "./kafkajs.ts";
import type { KafkaRecordIn } from "./link.ts";

const LOG_APPEND_TIME = 1;

/** Of which batch a message was is not among its types, and is there. */
interface Batched {
  readonly batchContext?: { readonly timestampType?: number; readonly maxTimestamp?: string };
}

export function recordOf(message: KafkaJsMessage): KafkaRecordIn {
  const { batchContext } = message as KafkaJsMessage & Batched;
  const isAppendTime = batchContext?.timestampType === LOG_APPEND_TIME && batchContext.maxTimestamp !== undefined;
  const headers = Object.entries(message.headers ?? {}).flatMap(([name, value]) => {
    // The first of several of one name: ours are there once.
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name, typeof first === "string" ? Buffer.from(first) : first] as const];
  });
  return {
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    headers: new Map(headers),
    appendedAtMs: isAppendTime ? Number(batchContext.maxTimestamp) : undefined,
  };
}

/** Which offset a batch was asked for is not among its types, and is there. */
export const askedOf = (batch: object): number => Number((batch as { readonly fetchedOffset?: string }).fetchedOffset ?? 0);

// A record of a retry topic: the message as it was, and in headers what it waits for and where it came from. Whoever may
// write to the topic may say so, and that is the group's own members.
import type { KafkaRecordIn } from "./link.ts";

const DUE = "sallyport-due";
const DELAY = "sallyport-delay";
const ORIGIN = "sallyport-origin";
const ENQUEUED = "sallyport-enqueued";
/** What the headers add to a message, and more. */
export const HEADERS_BYTES = 1024;

export interface RetryHeaders {
  /** By the clock of who asked for it. */
  readonly dueMs: number;
  readonly delayMs: number;
  /** Topic, partition and offset of the record that it was first. */
  readonly origin: string;
  readonly enqueuedAtMs: number | undefined;
}

export function retryHeaders({ dueMs, delayMs, origin, enqueuedAtMs }: RetryHeaders): Readonly<Record<string, Buffer>> {
  return {
    [DUE]: Buffer.from(String(Math.ceil(dueMs))),
    [DELAY]: Buffer.from(String(Math.ceil(delayMs))),
    [ORIGIN]: Buffer.from(origin),
    ...(enqueuedAtMs !== undefined && { [ENQUEUED]: Buffer.from(String(enqueuedAtMs)) }),
  };
}

const text = ({ headers }: KafkaRecordIn, name: string): string | undefined => {
  const bytes = headers.get(name);
  return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
};

const time = (record: KafkaRecordIn, name: string): number | undefined => {
  const said = text(record, name);
  return said !== undefined && /^\d{1,15}$/.test(said) ? Number(said) : undefined;
};

/**
 * When it may go by the clock of who reads it at `nowMs`: never later than what was asked for, from now, however wrong the
 * other's clock is. One that does not say is due at once.
 */
export function dueOf(record: KafkaRecordIn, nowMs: number): number | undefined {
  const [dueMs, delayMs] = [time(record, DUE), time(record, DELAY)];
  return dueMs === undefined || delayMs === undefined ? undefined : Math.min(dueMs, nowMs + delayMs);
}

export const enqueuedAtOf = (record: KafkaRecordIn): number | undefined => time(record, ENQUEUED);

export function originOf(record: KafkaRecordIn): string | undefined {
  const origin = text(record, ORIGIN);
  return origin !== undefined && /^[A-Za-z0-9._-]{1,249}\/\d{1,10}\/\d{1,16}$/.test(origin) ? origin : undefined;
}

import { expect, test } from "vitest";
import type { KafkaRecordIn } from "../../src/kafka/link.ts";
import { dueOf, retryHeaders } from "../../src/kafka/retry-record.ts";

const NOW = 1_900_000_000_000;
const HOUR_MS = 3_600_000;
const record = (headers: Readonly<Record<string, Buffer>>): KafkaRecordIn => ({
  offset: 0,
  key: null,
  value: null,
  headers: new Map(Object.entries(headers)),
  appendedAtMs: undefined,
});
const asked = record(retryHeaders({ dueMs: NOW + 500, delayMs: 500, origin: "orders/0/1", enqueuedAtMs: undefined }));

test.each([
  ["an hour ahead of whoever reads it", NOW - HOUR_MS, NOW - HOUR_MS + 500],
  ["right, and it is read 200 ms later", NOW + 200, NOW + 500],
  ["an hour behind whoever reads it", NOW + HOUR_MS, NOW + 500],
])("[PSN-03] a retry waits no longer than was asked for, where the clock of who asked is %s", (_name, readAtMs, dueMs) => {
  expect(dueOf(asked, readAtMs)).toBe(dueMs);
});

test.each(["sallyport-due", "sallyport-delay"])("[PSN-04] one that does not say %s as a number is due at once", (name) => {
  const without = new Map(asked.headers);
  without.delete(name);
  expect(dueOf({ ...asked, headers: without }, NOW)).toBeUndefined();
  expect(dueOf({ ...asked, headers: new Map([...asked.headers, [name, Buffer.from("-1")]]) }, NOW)).toBeUndefined();
});

import { expect, test } from "vitest";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import type { Delivery, Subscription } from "../../src/ports/transport.ts";
import { openDatabase } from "../temporary-database.ts";

test("[PSN-09] a group that comes to ask for order by key gets it, also of what it had taken without", async () => {
  const transport = new SqliteTransport(openDatabase(), { pollMs: 2 });
  const got: Delivery[] = [];
  const receive = (ordering: "none" | "key"): Promise<Subscription> =>
    transport.receive({ destination: "d", group: "g", ordering, prefetch: 10 }, (deliveries) => void got.push(...deliveries));
  const texts = (): readonly string[] => got.map(({ bytes }) => Buffer.from(bytes).toString());
  const send = (text: string): Promise<void> => transport.send([{ id: text, destination: "d", key: text[0], bytes: Buffer.from(text) }]);
  for (const text of ["a1", "a2", "b1", "a3"]) await send(text);
  const without = await receive("none");
  await expect.poll(texts).toEqual(["a1", "a2", "b1", "a3"]);
  await without.close();
  got.length = 0;
  const ordered = await receive("key");
  await send("b2");
  await expect.poll(() => texts().toSorted()).toEqual(["a1", "b1"]);
  for (const next of ["a2", "a3"]) {
    await got.find(({ bytes }) => bytes[0] === "a".charCodeAt(0))!.ack();
    got.splice(0, got.length, ...got.filter(({ bytes }) => bytes[0] !== "a".charCodeAt(0)));
    await expect.poll(() => texts().toSorted()).toEqual([next, "b1"]);
  }
  await ordered.close();
});

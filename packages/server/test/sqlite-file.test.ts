// What stands in one SQLite file, and whether it can be written.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openEmbedded } from "../src/embedded.ts";
import type { Address } from "../src/brokers/address.ts";
import type { OpenSettings } from "../src/brokers/broker.ts";
import { sqlite as brokerFile } from "../src/brokers/sqlite.ts";
import { sqlite as storeFile } from "../src/stores/sqlite.ts";
import { temporaryFolder } from "./shop.ts";

/** What another connection sees. */
function watched(path: string) {
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  const number = (name: string): unknown => (other.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[name];
  return { other, commits: () => number("data_version"), userVersion: () => number("user_version") };
}

test("readiness writes to the file, since one on a full disk opens and commits nothing all the same; and changes nothing there", async () => {
  const path = join(temporaryFolder(), "shop.db");
  const embedded = openEmbedded(path);
  onTestFinished(() => embedded.close());
  const { other, commits, userVersion } = watched(path);
  other.exec("PRAGMA user_version = 7");
  const before = commits();
  await embedded.health["store"]!();
  expect(commits()).not.toBe(before);
  expect(userVersion()).toBe(7);
});

test("so does that of a file that is the store, or the broker, alone", async () => {
  const path = join(temporaryFolder(), "shop.db");
  const address = { path: path.slice(1) } as Address;
  const store = await storeFile.open(address, { onNotice: () => undefined });
  const broker = await brokerFile.open(address, { leaseMs: 30_000 } as OpenSettings);
  onTestFinished(() => broker.close().then(() => store.close()));
  const { commits } = watched(path);
  for (const opened of [store, broker]) {
    const before = commits();
    await opened.answers();
    expect(commits()).not.toBe(before);
  }
});

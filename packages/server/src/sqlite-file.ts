// A SQLite file: opened, made where it is not there, and what is kept in it.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { SqliteLedger, SqliteLimits } from "@sallyport/guard/stores/sqlite-limits";
import { SqliteTrail } from "@sallyport/guard/stores/sqlite-trail";
import type { Address } from "./brokers/address.ts";

/** @throws {SallyportError} `ERR_STORE_UNAVAILABLE`. */
export function openDatabase(path: string): SqliteDatabase {
  // When this fails, opening the database says why, with a code.
  if (path !== ":memory:") attempt(() => mkdirSync(dirname(path), { recursive: true, mode: 0o700 }));
  return new SqliteDatabase(path);
}

export const storesIn = (database: SqliteDatabase) => ({
  claims: new SqliteClaims(database),
  deadLetters: new SqliteDeadLetters(database),
  limits: new SqliteLimits(database),
  ledger: new SqliteLedger(database),
  trail: new SqliteTrail(database),
});

/**
 * Whether the file can be written now, for readiness. A transaction that changes nothing writes nothing, and commits on a
 * disk that is full: so what stands there is written once more, and inside it, since the number may be another's.
 */
export const canWrite = (database: SqliteDatabase): Promise<void> =>
  database.write((connection) => {
    const { user_version: standing } = connection.prepare("PRAGMA user_version").get() as { readonly user_version: number };
    connection.exec(`PRAGMA user_version = ${standing}`);
  });

/** Of `sqlite:///var/lib/events.db`; such an address has no host, so that its path is absolute. */
export const pathOf = (address: Address): string => `/${address.path}`;

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Said by whoever needs it next.
  }
}

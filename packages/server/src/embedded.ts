// Everything that the guard asks for, on one SQLite file: broker, claims, dead letters, limits, ledger, trail. Several
// processes of one machine may open the same file.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { SqliteLedger, SqliteLimits } from "@sallyport/guard/stores/sqlite-limits";
import { SqliteTrail } from "@sallyport/guard/stores/sqlite-trail";

export interface Embedded {
  readonly path: string;
  readonly transport: SqliteTransport;
  readonly claims: SqliteClaims;
  readonly deadLetters: SqliteDeadLetters;
  readonly limits: SqliteLimits;
  readonly ledger: SqliteLedger;
  readonly trail: SqliteTrail;
  /** Rejects when the file cannot be written now. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the file, and makes it and its folder when they are not there.
 * @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when that cannot be done.
 */
export function openEmbedded(path: string): Embedded {
  // When this fails, opening the database says why, with a code.
  if (path !== ":memory:") attempt(() => mkdirSync(dirname(path), { recursive: true, mode: 0o700 }));
  const database = new SqliteDatabase(path);
  const transport = new SqliteTransport(database);
  return {
    path,
    transport,
    claims: new SqliteClaims(database),
    deadLetters: new SqliteDeadLetters(database),
    limits: new SqliteLimits(database),
    ledger: new SqliteLedger(database),
    trail: new SqliteTrail(database),
    check: () => database.write(() => undefined),
    close: async () => {
      await transport.close();
      await database.close();
    },
  };
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Said by whoever needs it next.
  }
}

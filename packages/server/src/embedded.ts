// Everything that the guard asks for, on one SQLite file: broker, claims, dead letters, limits, ledger, trail. Several
// processes of one machine may open the same file.
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import type { Backing } from "./backing.ts";
import { canWrite, openDatabase, storesIn } from "./sqlite-file.ts";

export interface Embedded extends Backing {
  readonly path: string;
  readonly transport: SqliteTransport;
}

export interface EmbeddedOptions {
  /** A process that is not heard of for this long loses its deliveries to others. Default 10 s. */
  readonly visibilityMs?: number;
}

/**
 * Opens the file, and makes it and its folder when they are not there.
 * @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when that cannot be done.
 */
export function openEmbedded(path: string, options: EmbeddedOptions = {}): Embedded {
  const database = openDatabase(path);
  const transport = new SqliteTransport(database, options);
  return {
    path,
    transport,
    ...storesIn(database),
    // One file: what it cannot do as a broker, it cannot do as a store.
    health: { store: () => canWrite(database) },
    checks: () => [],
    close: async () => {
      await transport.close();
      await database.close();
    },
  };
}

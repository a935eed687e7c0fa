// The embedded broker, in a file of this machine: nothing to declare, nobody else's rights to restrict but the file's.
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import { canWrite, openDatabase, pathOf } from "../sqlite-file.ts";
import { type Broker, type OpenedBroker, userOf } from "./broker.ts";

/** A process that is not heard of for this long loses its deliveries to others; a shorter lease asks for as soon. */
const VISIBILITY_MS = 10_000;

export const visibilityOf = (leaseMs: number): number => Math.min(leaseMs, VISIBILITY_MS);

export const fileRights: Broker["rights"] = (layout, role) => ({
  role,
  user: userOf(layout, role),
  goes: "to a shell: whoever may write the file may do everything, so that all roles are one user of the machine",
  text: `useradd --system sallyport-${layout.contract.name}`,
});

export const sqlite: Broker = {
  name: "sqlite",
  schemes: new Map([["sqlite", true]]),
  options: new Map(),
  example: "sqlite:///var/lib/sallyport/events.db",
  exposures: () => [],
  open: async (address, { leaseMs }): Promise<OpenedBroker> => {
    const database = openDatabase(pathOf(address));
    const transport = new SqliteTransport(database, { visibilityMs: visibilityOf(leaseMs) });
    return {
      transport,
      answers: () => canWrite(database),
      checks: () => [],
      declare: () => Promise.resolve(),
      close: async () => {
        await transport.close();
        await database.close();
      },
    };
  },
  topology: () => [],
  rights: fileRights,
};

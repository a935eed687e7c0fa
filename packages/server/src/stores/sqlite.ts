// A SQLite file as the store, beside a broker that is elsewhere: for the processes of one machine and no more.
import { canWrite, openDatabase, pathOf, storesIn } from "../sqlite-file.ts";
import { fileRights } from "../brokers/sqlite.ts";
import type { Store } from "./store.ts";

export const sqlite: Store = {
  name: "sqlite",
  schemes: new Map([["sqlite", true]]),
  options: new Map(),
  example: "FILE",
  exposures: () => [],
  open: async (address) => {
    const database = openDatabase(pathOf(address));
    return {
      ...storesIn(database),
      answers: () => canWrite(database),
      checks: () => [],
      declare: () => Promise.resolve(),
      close: () => database.close(),
    };
  },
  rights: fileRights,
};

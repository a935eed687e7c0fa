// Steps that must be taken in order, each of one thing.
import { z } from "zod";
import { contract, event } from "../../src/index.ts";

export const steps = contract({
  name: "counted",
  events: {
    step: event({
      description: "A step.",
      schema: z.strictObject({ of: z.string(), n: z.number().int() }),
      destination: "steps",
      key: ({ of }) => of,
      ordering: "key",
      rate: { limit: 1_000_000, windowMs: 1000 },
    }),
  },
});

export const STEPS_TABLE = `CREATE TABLE IF NOT EXISTS done (seq INTEGER PRIMARY KEY, of TEXT, n INTEGER, pid INTEGER);
  CREATE TABLE IF NOT EXISTS ready (pid INTEGER)`;

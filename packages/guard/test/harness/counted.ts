// What the harness publishes: numbered steps of a few keys, some of which fail once and some always.
import { z } from "zod";
import { contract, event } from "../../src/index.ts";

export type Fate = "fine" | "flaky" | "poison";

export const GROUP = "g";

/** With a destination of its own for each world, so that many fit on one broker. */
export const countedIn = (world: string, ordering: "none" | "key") =>
  contract({
    name: "counted",
    events: {
      step: event({
        description: "A step of one thing.",
        schema: z.strictObject({ of: z.string(), n: z.number().int(), fate: z.enum(["fine", "flaky", "poison"]) }),
        destination: destinationOf(world),
        key: ({ of }) => of,
        ordering,
        rate: { limit: 1_000_000, windowMs: 1000 },
      }),
    },
  });

export type Counted = ReturnType<typeof countedIn>;

export const destinationOf = (world: string): string => `steps-${world}`;

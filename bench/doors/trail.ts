// A trail that keeps its entries, as a trail must, and nothing more: what a hash chain on disk costs is among the
// durable figures.
import type { ConsumerOptions } from "@sallyport/guard";
import type { Orders } from "../event.ts";

export type Trail = NonNullable<ConsumerOptions<Orders>["trail"]>;

export function listTrail(): Trail {
  const entries: unknown[] = [];
  return {
    append: async (more) => {
      entries.push(...more);
    },
  };
}

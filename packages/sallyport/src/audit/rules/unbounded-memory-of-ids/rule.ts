// REP-08: every id that was ever seen is kept.
import type { Analysis } from "../../engine/interpreter.ts";
import type { HeapObject } from "../../engine/heap.ts";
import { objectsOf } from "../../engine/value.ts";
import { timelines } from "../../judge/consumer.ts";
import { deduplicationOf } from "../../judge/replay.ts";
import { type Draft, rule } from "../rule.ts";

export const unboundedMemoryOfIds = rule({
  id: "unbounded-memory-of-ids",
  title: "The memory of seen ids grows for ever",
  threats: ["REP-08"],
  axis: "replay",
  severity: "medium",
  fix: "Remember an id for as long as a copy of it would still be accepted, and no longer: a store with expiry. The stores of @sallyport/guard forget by themselves, and not too early.",
  *judge(analysis): Iterable<Draft> {
    for (const timeline of timelines(analysis)) {
      for (const effect of timeline.effects) {
        const known = deduplicationOf(timeline, effect);
        if (known?.how !== "memory" || known.collections.some((collection) => forgets(analysis, collection))) continue;
        yield {
          file: known.told.file,
          at: known.told.at,
          message: `The id of every message from \`${timeline.consumer.name}\` is kept in memory and never forgotten: whoever sends messages fills it.`,
          confidence: "high",
        };
        break;
      }
    }
  },
});

/** Somewhere in the program ids are taken out again, or the collection was made with a bound. */
const forgets = ({ events }: Analysis, collection: HeapObject): boolean =>
  collection.fields.has("maxlen") ||
  events.some(
    (event) =>
      event.kind === "remember" &&
      event.forgets &&
      objectsOf(event.collection).includes(collection) &&
      // Given back after a failure is not forgotten in time.
      !event.around.some((one) => one.kind === "try" && one.part === "catch"),
  );

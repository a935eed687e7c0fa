// What a fetch over @platformatic/kafka has brought, as records.
import type { KafkaRecordIn, MemberEvents } from "./link.ts";
import type { PlatformaticFetched } from "./platformatic.ts";

type FetchedPartition = PlatformaticFetched["responses"][number]["partitions"][number];
type Batch = NonNullable<FetchedPartition["records"]>[number];

const IS_CONTROL = 0b100000;
const IS_APPEND_TIME = 0b1000;

/** `names`: of topics, by their ids. `asked`: the offset that was asked for of each partition. */
export function readInto(
  events: MemberEvents,
  { responses }: PlatformaticFetched,
  names: ReadonlyMap<string, string>,
  asked: (topic: string, partition: number) => number,
): void {
  for (const { topicId, partitions } of responses) {
    const topic = names.get(topicId);
    if (topic === undefined) continue;
    for (const { partitionIndex, records } of partitions) {
      const batches = records ?? [];
      const last = batches.at(-1);
      if (last === undefined) continue;
      const next = Number(last.firstOffset) + last.lastOffsetDelta + 1;
      events.read({ topic, partition: partitionIndex }, asked(topic, partitionIndex), batches.flatMap(recordsOf), next);
    }
  }
}

function recordsOf({ firstOffset, attributes, maxTimestamp, records }: Batch): readonly KafkaRecordIn[] {
  // What transactions end with is for clients alone.
  if ((attributes & IS_CONTROL) !== 0) return [];
  // The broker says in each batch whose the time is; then it is one for all of them.
  const appendedAtMs = (attributes & IS_APPEND_TIME) === 0 ? undefined : Number(maxTimestamp);
  return records.map(({ offsetDelta, key, value, headers }) => ({
    offset: Number(firstOffset) + offsetDelta,
    key,
    value,
    headers: new Map(headers.map(([name, bytes]) => [String(name), bytes ?? new Uint8Array()])),
    appendedAtMs,
  }));
}

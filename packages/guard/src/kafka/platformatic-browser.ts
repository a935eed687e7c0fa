// Looking at a topic without a group: from a position on, partitions beside one another, in the order of their times.
// The clients are of one look each: one that knew a topic which is gone would fail for all others.
import { SallyportError } from "../errors.ts";
import type { BrowsedMessage, BrowsedPage } from "../ports/browser.ts";
import { transportError } from "./failure.ts";
import { isMissing } from "./platformatic-link.ts";
import type {
  PlatformaticConnection,
  PlatformaticConsumer,
  PlatformaticFetched,
  PlatformaticKafka,
  PlatformaticMetadata,
} from "./platformatic.ts";

interface Looked {
  readonly bytes: Uint8Array;
  readonly next: number;
  readonly timeMs: number;
}

interface PartitionPage {
  readonly partition: number;
  readonly looked: Looked[];
  /** Where reading goes on. */
  next: number;
  readonly end: number;
}

const EARLIEST = -2n;
const LATEST = -1n;
const BYTES = { partition: 1_048_576, all: 8_388_608 };
const WAIT_MS = 100;
const IS_CONTROL = 0b100000;
const IS_APPEND_TIME = 0b1000;
const EMPTY: BrowsedPage = { messages: [], hasMore: false, gap: false };

/** One that joins no group: what it is asked needs none. */
export function lookingConsumer(kafka: PlatformaticKafka, connection: PlatformaticConnection): PlatformaticConsumer {
  const consumer = new kafka.Consumer({
    ...connection,
    clientId: connection.clientId ?? "sallyport",
    groupId: "sallyport.browse",
    sessionTimeout: 30_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 3000,
    requestTimeout: connection.requestTimeout ?? 30_000,
    isolationLevel: 1,
    protocols: [{ name: "none", version: 1 }],
    partitionAssigner: () => [],
  });
  consumer.on("error", () => undefined);
  return consumer;
}

export async function browseTopic(
  consumer: PlatformaticConsumer,
  topic: string,
  after: string | undefined,
  most: number,
): Promise<BrowsedPage> {
  const from = after === undefined ? new Map<number, number>() : positionsIn(after);
  try {
    consumer.topics.track(topic);
    const metadata = await consumer.metadata({ topics: [topic], autocreateTopics: false, retries: 0 });
    const [earliest, latest] = await Promise.all([EARLIEST, LATEST].map((timestamp) => offsetsOf(consumer, topic, timestamp)));
    const pages = earliest!.map((first, partition): PartitionPage => {
      const next = Math.max(from.get(partition) ?? first, first);
      return { partition, looked: [], next, end: latest![partition] ?? first };
    });
    while (await fetchOnce(consumer, { topic, metadata, pages, most: most + 1 }));
    const gap = earliest!.some((first, partition) => (from.get(partition) ?? first) < first);
    return { ...merged(pages, from, most), gap };
  } catch (error) {
    if (isMissing(error)) return EMPTY;
    throw transportError(error);
  }
}

async function offsetsOf(consumer: PlatformaticConsumer, topic: string, timestamp: bigint): Promise<readonly number[]> {
  const offsets = await consumer.listOffsets({ topics: [topic], partitions: {}, timestamp });
  return (offsets.get(topic) ?? []).map((offset) => Number(offset ?? 0n));
}

interface Look {
  readonly topic: string;
  readonly metadata: PlatformaticMetadata;
  readonly pages: readonly PartitionPage[];
  readonly most: number;
}

/** From one leader, of what is not enough yet. False when nothing is left to ask for. */
async function fetchOnce(consumer: PlatformaticConsumer, { topic, metadata, pages, most }: Look): Promise<boolean> {
  const known = metadata.topics.get(topic);
  const wanting = pages.filter(({ looked, next, end }) => looked.length < most && next < end);
  const node = known?.partitions[wanting[0]?.partition ?? -1]?.leader;
  if (known === undefined || node === undefined) return false;
  const asked = wanting.filter(({ partition }) => known.partitions[partition]?.leader === node);
  const partitions = asked.map(({ partition, next }) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(next),
    lastFetchedEpoch: -1,
    partitionMaxBytes: BYTES.partition,
  }));
  const topics = [{ topicId: known.id, partitions }];
  take(pages, await consumer.fetch({ node, topics, minBytes: 1, maxBytes: BYTES.all, maxWaitTime: WAIT_MS }), most);
  return true;
}

function take(pages: readonly PartitionPage[], { responses }: PlatformaticFetched, most: number): void {
  for (const { partitionIndex, records } of responses.flatMap(({ partitions }) => partitions)) {
    const page = pages[partitionIndex];
    for (const batch of page === undefined ? [] : (records ?? [])) takeBatch(page!, batch, most);
  }
}

type Batch = NonNullable<PlatformaticFetched["responses"][number]["partitions"][number]["records"]>[number];

function takeBatch(
  page: PartitionPage,
  { firstOffset, lastOffsetDelta, attributes, firstTimestamp, maxTimestamp, records }: Batch,
  most: number,
): void {
  const first = Number(firstOffset);
  for (const { offsetDelta, timestampDelta, value } of (attributes & IS_CONTROL) === 0 ? records : []) {
    const offset = first + offsetDelta;
    if (offset < page.next || page.looked.length >= most) continue;
    const timeMs = (attributes & IS_APPEND_TIME) === 0 ? Number(firstTimestamp + timestampDelta) : Number(maxTimestamp);
    page.looked.push({ bytes: new Uint8Array(value ?? []), next: offset + 1, timeMs });
  }
  page.next = Math.max(page.next, first + lastOffsetDelta + 1);
}

/** The oldest of what is first in each partition, again and again: no partition's own order is changed. */
function merged(pages: readonly PartitionPage[], from: ReadonlyMap<number, number>, most: number): Omit<BrowsedPage, "gap"> {
  const at = new Map(
    pages.map(({ partition, looked, end }) => [partition, from.get(partition) ?? (looked[0] === undefined ? end : looked[0].next - 1)]),
  );
  const heads = pages.map(({ partition, looked }) => ({ partition, looked, index: 0 }));
  const messages: BrowsedMessage[] = [];
  for (;;) {
    const left = heads.filter(({ looked, index }) => index < looked.length);
    const [oldest] = left.toSorted((one, other) => one.looked[one.index]!.timeMs - other.looked[other.index]!.timeMs);
    if (oldest === undefined || messages.length === most) return { messages, hasMore: oldest !== undefined };
    const { bytes, next } = oldest.looked[oldest.index++]!;
    at.set(oldest.partition, next);
    messages.push({ bytes, position: [...at].map((pair) => pair.join(":")).join(",") });
  }
}

function positionsIn(after: string): ReadonlyMap<number, number> {
  if (/^\d{1,6}:\d{1,15}(?:,\d{1,6}:\d{1,15})*$/.test(after))
    return new Map(after.split(",").map((pair) => pair.split(":").map(Number) as [number, number]));
  throw new SallyportError("ERR_REQUEST_INVALID", "the position is not one of this broker's");
}

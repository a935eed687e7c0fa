// What a group has settled of a partition, as it is committed: the lowest offset that is not settled, and in the commit's
// metadata what behind it is, and what waits until when. So whoever has the partition next knows it too.

export interface Progress {
  /** The lowest that is not settled. */
  readonly offset: number;
  /** From here on nothing is settled. */
  readonly until: number;
  /** Of `offset` to `until`, in order: what is not settled. */
  readonly open: readonly Open[];
}

export interface Open {
  readonly offset: number;
  /** It is to be delivered no sooner; by the clock of this process. */
  readonly dueMs: number | undefined;
}

const VERSION = "s2.";
/** `offset.metadata.max.bytes` as Kafka has it by default. */
export const MOST_METADATA = 4096;

/**
 * Runs of what is open and what is settled by turns, then the time and how much longer each waits that does. As much as
 * fits, from the lowest offset on: `until` says how far.
 */
export function encodeProgress(progress: Progress, most: number, nowMs: number): { readonly metadata: string; readonly until: number } {
  let { until, open } = progress;
  for (;;) {
    if (open.length === 0 || until <= progress.offset) return { metadata: "", until: progress.offset };
    const isPlain = open.length === until - progress.offset && open.every(({ dueMs }) => dueMs === undefined);
    // Nothing behind the lowest is settled and nothing waits: there is nothing to say.
    if (isPlain) return { metadata: "", until: progress.offset };
    const metadata = written(progress.offset, until, open, Math.floor(nowMs));
    if (metadata.length <= most) return { metadata, until };
    open = open.slice(0, Math.floor((open.length * 9) / 10));
    until = (open.at(-1)?.offset ?? progress.offset - 1) + 1;
  }
}

function written(offset: number, until: number, open: readonly Open[], nowMs: number): string {
  const bytes: number[] = [];
  const runs: number[] = [];
  let at = offset;
  let run = 0;
  for (const { offset: next } of open) {
    if (next !== at) {
      runs.push(run, next - at);
      run = 0;
      at = next;
    }
    run++;
    at++;
  }
  runs.push(run);
  if (until > at) runs.push(until - at);
  varint(bytes, runs.length);
  for (const length of runs) varint(bytes, length);
  const waiting = open.flatMap(({ dueMs }, index) =>
    dueMs === undefined ? [] : [{ index, leftMs: Math.max(0, Math.ceil(dueMs) - nowMs) }],
  );
  if (waiting.length > 0) varint(bytes, nowMs);
  let before = 0;
  for (const { index, leftMs } of waiting) {
    varint(bytes, index - before);
    varint(bytes, leftMs);
    before = index;
  }
  return `${VERSION}${Buffer.from(bytes).toString("base64url")}`;
}

/**
 * Others may commit for the group, by any tool: what is not ours says nothing. What waits does so no longer than it had left
 * when that was written, counted from `nowMs`, however wrong the clock of who wrote it is.
 */
export function decodeProgress(offset: number, metadata: string, nowMs: number): Progress {
  const nothing: Progress = { offset, until: offset, open: [] };
  if (!metadata.startsWith(VERSION)) return nothing;
  const reader = new VarintReader(Buffer.from(metadata.slice(VERSION.length), "base64url"));
  const open: { offset: number; dueMs: number | undefined }[] = [];
  const count = reader.next();
  let at = offset;
  for (let index = 0; index < count; index++) {
    const length = reader.next();
    const isOpen = index % 2 === 0;
    if (!Number.isSafeInteger(at + length) || (isOpen && open.length + length > MOST_OPEN)) return nothing;
    if (isOpen) for (let step = 0; step < length; step++) open.push({ offset: at + step, dueMs: undefined });
    at += length;
  }
  const writtenAtMs = reader.done ? 0 : reader.next();
  for (let index = 0; !reader.done;) {
    index += reader.next();
    const one = open[index];
    const leftMs = reader.next();
    if (one === undefined || !Number.isSafeInteger(writtenAtMs + leftMs)) return nothing;
    one.dueMs = Math.min(writtenAtMs, nowMs) + leftMs;
  }
  return reader.broken ? nothing : { offset, until: at, open };
}

/** More than a member ever has open, and little to read. */
const MOST_OPEN = 100_000;

function varint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

class VarintReader {
  broken = false;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || scale > 2 ** 49) {
        this.broken = true;
        return Number.NaN;
      }
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }
}

// What is to be sent: of each topic one request at a time, and in the next all that came meanwhile. So order is kept, a
// client's own retries double nothing, and what a broker refuses is refused of one topic alone.
import { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { isTooLarge, transportError, unanswered } from "./failure.ts";
import type { KafkaLink, KafkaRecordOut } from "./link.ts";

interface Call {
  readonly records: readonly KafkaRecordOut[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Of one request for one partition: more of it is not faster. */
const MOST_BYTES = 1_000_000;
/** A request's, and a record's own, at most. */
const BATCH_BYTES = 61;
const RECORD_BYTES = 36;
const MOST_RECORDS = 5000;

export const bytesOf = ({ key, value, headers }: KafkaRecordOut): number =>
  Object.entries(headers).reduce(
    (sum, [name, bytes]) => sum + name.length + bytes.length + 8,
    RECORD_BYTES + (key?.length ?? 0) + value.length,
  );

export class Outbox {
  readonly #link: KafkaLink;
  readonly #clock: Clock;
  readonly #answerWithinMs: number;
  readonly #lanes = new Map<string, Call[]>();

  constructor(link: KafkaLink, options: { readonly clock: Clock; readonly answerWithinMs: number }) {
    this.#link = link;
    this.#clock = options.clock;
    this.#answerWithinMs = options.answerWithinMs;
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*`: when refused, none was taken; what was not answered may still be. */
  async send(topic: string, records: readonly KafkaRecordOut[], limit: number): Promise<void> {
    const sizes = records.map(bytesOf);
    const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
    if (largest + BATCH_BYTES > limit) throw tooLarge(topic, largest + BATCH_BYTES, limit);
    const maxBytes = Math.min(limit, MOST_BYTES);
    // A limit is of all that is for one partition in a request; who sends more than that sends it in parts.
    const parts: KafkaRecordOut[][] = [[]];
    let bytes = BATCH_BYTES;
    for (const [index, record] of records.entries()) {
      const size = sizes[index] ?? 0;
      const length = parts.at(-1)?.length ?? 0;
      if (length > 0 && (bytes + size > maxBytes || length >= MOST_RECORDS)) {
        parts.push([]);
        bytes = BATCH_BYTES;
      }
      parts.at(-1)?.push(record);
      bytes += size;
    }
    await Promise.all(parts.map((part) => this.#enqueue(topic, part, maxBytes)));
  }

  #enqueue(topic: string, records: readonly KafkaRecordOut[], maxBytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lane = this.#lanes.get(topic);
    const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
    const call: Call = { records, bytes, resolve, reject };
    const cancel = this.#clock.after(this.#answerWithinMs, () => {
      // What has not been handed over yet is not sent any more.
      const waiting = this.#lanes.get(topic);
      const at = waiting?.indexOf(call) ?? -1;
      if (at >= 0) waiting?.splice(at, 1);
      reject(unanswered(this.#answerWithinMs));
    });
    promise.then(cancel, cancel);
    if (lane !== undefined) lane.push(call);
    else {
      const begun = [call];
      this.#lanes.set(topic, begun);
      // What is sent in the same turn goes together.
      void Promise.resolve().then(() => this.#run(topic, begun, maxBytes));
    }
    return promise;
  }

  async #run(topic: string, lane: Call[], maxBytes: number): Promise<void> {
    while (lane.length > 0) {
      const calls = take(lane, maxBytes);
      try {
        await this.#link.produce(
          topic,
          calls.flatMap(({ records }) => records),
        );
        for (const { resolve } of calls) resolve();
      } catch (error) {
        // One of them is larger than the topic takes by now: not the others' fault.
        if (isTooLarge(error) && calls.length > 1) await this.#oneByOne(topic, calls);
        else for (const { reject } of calls) reject(transportError(error));
      }
    }
    this.#lanes.delete(topic);
  }

  async #oneByOne(topic: string, calls: readonly Call[]): Promise<void> {
    for (const { records, resolve, reject } of calls) {
      await this.#link.produce(topic, records).then(resolve, (error: unknown) => reject(transportError(error)));
    }
  }
}

function take(lane: Call[], maxBytes: number): readonly Call[] {
  let [bytes, records, count] = [BATCH_BYTES, 0, 0];
  for (const call of lane) {
    bytes += call.bytes;
    records += call.records.length;
    if (count > 0 && (bytes > maxBytes || records > MOST_RECORDS)) break;
    count++;
  }
  return lane.splice(0, count);
}

const tooLarge = (topic: string, bytes: number, maxBytes: number): SallyportError =>
  new SallyportError("ERR_TRANSPORT_REFUSED", `a message of ${bytes} bytes is larger than the topic ${topic} takes, which is ${maxBytes}`, {
    remedy: "Raise the topic's max.message.bytes, and that of its retry topics by as much, or send less.",
  });

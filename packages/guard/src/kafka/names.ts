// Which topics and which group belong to a destination and a consumer group. Each is one name, never a pattern, and no
// two destinations or groups share one (DST-01, DST-02).
import { SallyportError } from "../errors.ts";

/** One topic a level; the delay itself is in the record, and is at most this long. */
export interface RetryLevel {
  readonly name: string;
  readonly upToMs: number;
}

/** What one message waits for holds up those behind it that wait for less, by at most the difference within a level. */
export const RETRY_LEVELS: readonly RetryLevel[] = [
  { name: "10s", upToMs: 10_000 },
  { name: "1m", upToMs: 60_000 },
  { name: "10m", upToMs: Infinity },
];

export interface KafkaNames {
  readonly topic: string;
  /** Kafka's group. Of one destination, since all members of a group must want the same topics. */
  readonly group: string;
  readonly retries: readonly { readonly topic: string; readonly upToMs: number }[];
}

const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const PREFIX = /^[A-Za-z0-9._-]{0,64}$/;

export function refusePrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for topics`, {
    place: "the Kafka transport's prefix",
    remedy: "Use at most 64 letters, digits, '.', '_' and '-'.",
  });
}

export const isTopicName = (name: string): boolean => TOPIC.test(name) && name !== "." && name !== "..";

/** @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID` */
export function topicOf(prefix: string, destination: string): string {
  const topic = `${prefix}${destination}`;
  if (destination !== "" && isTopicName(topic)) return topic;
  throw new SallyportError("ERR_CONFIG_DESTINATION_INVALID", `"${destination}" is not a name for a topic`, {
    remedy: "Take destinations from a contract.",
  });
}

/**
 * No destination of a contract begins with `sallyport.`, and a group's name has no dot after it was written so: what is
 * one's is never another's.
 * @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID`, `ERR_CONFIG_INVALID`
 */
export function namesOf(prefix: string, destination: string, group: string): KafkaNames {
  const topic = topicOf(prefix, destination);
  const written = writtenGroup(group);
  const retries = RETRY_LEVELS.map(({ name, upToMs }) => ({ topic: `${prefix}sallyport.retry.${written}.${name}.${destination}`, upToMs }));
  for (const retry of retries) {
    if (isTopicName(retry.topic)) continue;
    throw new SallyportError("ERR_CONFIG_INVALID", `the names of the group "${group}" and the destination are too long for a topic`, {
      place: "the consumer's group",
      remedy: "Kafka's topics have at most 249 characters: choose a shorter group.",
    });
  }
  return { topic, group: `${prefix}${written}.${destination}`, retries };
}

/** Everything but letters, digits and `-` by its bytes, as `_` and two digits each. */
function writtenGroup(group: string): string {
  return [...new TextEncoder().encode(group)]
    .map((byte) => (/[A-Za-z0-9-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `_${byte.toString(16).padStart(2, "0")}`))
    .join("");
}

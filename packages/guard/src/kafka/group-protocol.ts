// How members of a group say which topics they want, and are told which partitions they have: the consumer protocol,
// version 0, for a client that leaves it to whoever assigns.
// https://github.com/apache/kafka/tree/trunk/clients/src/main/resources/common/message

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const VERSION = Buffer.from([0, 0]);
const NO_USER_DATA = int32(0);

export const encodeSubscription = (topics: readonly string[]): Buffer =>
  Buffer.concat([VERSION, int32(topics.length), ...topics.map(text), NO_USER_DATA]);

/** What follows the topics, and in which version, is not looked at. */
export function decodeSubscription(bytes: Buffer): ReadonlySet<string> {
  const topics = new Set<string>();
  const count = bytes.readInt32BE(2);
  for (let at = 6, index = 0; index < count; index++) {
    const length = bytes.readInt16BE(at);
    topics.add(bytes.toString("utf8", at + 2, at + 2 + length));
    at += 2 + length;
  }
  return topics;
}

export const encodeAssignment = (own: ReadonlyMap<string, readonly number[]>): Buffer =>
  Buffer.concat([
    VERSION,
    int32(own.size),
    ...[...own].flatMap(([topic, partitions]) => [text(topic), int32(partitions.length), ...partitions.map(int32)]),
    NO_USER_DATA,
  ]);

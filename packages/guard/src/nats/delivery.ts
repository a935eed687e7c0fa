// What JetStream says of a message that it delivers, in the subject to answer on.
import type { NatsMessage } from "./client.ts";

export interface Taken {
  /** Of the stream. */
  readonly seq: number;
  readonly bytes: Uint8Array;
  /** When the server stored it, by its clock; milliseconds. */
  readonly storedAtMs: number;
  /** How often it has been delivered, this time too. */
  readonly deliveries: number;
  /** Where it is settled. */
  readonly reply: string;
  /** What its order goes by. */
  readonly key: string | undefined;
}

/** Of a longer key the beginning counts: what differs behind it waits for more than it must. */
const KEY = /^k[A-Za-z0-9_-]{0,512}/;

/** `undefined` for what this consumer of this stream has not delivered. */
export function takenFrom(message: NatsMessage, stream: string, consumer: string, keyHeader: string): Taken | undefined {
  const { reply = "", data, headers } = message;
  const tokens = reply.split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined;
  // Newer servers say first in which domain and account.
  const [ofStream, ofConsumer, deliveries, seq, , nanos] = tokens.slice(tokens.length >= 11 ? 4 : 2);
  if (ofStream !== stream || ofConsumer !== consumer || !/^\d{1,16}$/.test(seq ?? "") || !/^\d{1,19}$/.test(nanos ?? "")) return undefined;
  return {
    seq: Number(seq),
    // Copied out of what the client has read at once, which a message would else keep, and carry to a thread.
    bytes: new Uint8Array(data),
    storedAtMs: Number(BigInt(nanos!) / 1_000_000n),
    deliveries: Number(deliveries),
    reply,
    key: KEY.exec(headers?.get(keyHeader) ?? "")?.[0],
  };
}

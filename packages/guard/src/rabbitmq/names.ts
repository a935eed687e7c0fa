// What belongs to a destination and to a group, by name. Names are used as they are and never as a pattern; no two
// destinations or groups share one, since ":" is in no part (DST-01, DST-02).
import { SallyportError } from "../errors.ts";

export interface GroupNames {
  /** Where publishers send, and every group's queue is bound. */
  readonly exchange: string;
  /** The group's queue, and the exchange of that name by which what is delayed comes back. */
  readonly queue: string;
  /** Where the broker puts what it will not deliver any more. */
  readonly dead: string;
  /** Whose turn it is among members that keep an order. */
  readonly turn: string;
  retry(levelMs: number): string;
}

const PREFIX = /^[A-Za-z0-9._-]{1,64}$/;
const LONGEST = 255;
const SUFFIX = ":retry:4194304000".length;

export function refusePrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for names`, {
    place: "the RabbitMQ transport's prefix",
    remedy: "Use 1 to 64 letters, digits, '.', '_' and '-'.",
  });
}

/** @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID` */
export function exchangeOf(prefix: string, destination: string): string {
  const name = `${prefix}:${escaped(destination)}`;
  if (destination !== "" && name.length <= LONGEST) return name;
  throw new SallyportError("ERR_CONFIG_DESTINATION_INVALID", "RabbitMQ has no exchange of this name", {
    remedy: `Take destinations from a contract, and keep them below ${LONGEST} bytes with the prefix.`,
  });
}

/** @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID`, or `ERR_CONFIG_INVALID` for the group. */
export function namesOf(prefix: string, destination: string, group: string): GroupNames {
  const exchange = exchangeOf(prefix, destination);
  const queue = `${exchange}:${escaped(group)}`;
  if (group === "" || queue.length + SUFFIX > LONGEST) {
    throw new SallyportError("ERR_CONFIG_INVALID", `RabbitMQ has no queue for the group "${group.slice(0, 64)}"`, {
      place: "group",
      remedy: `Give it a name that leaves its queue's below ${LONGEST - SUFFIX} bytes.`,
    });
  }
  return { exchange, queue, dead: `${queue}:dead`, turn: `${queue}:turn`, retry: (levelMs) => `${queue}:retry:${levelMs}` };
}

/** Whatever is not of the closed alphabet is written as its bytes in UTF-8, in hexadecimal. */
function escaped(name: string): string {
  if (/^[A-Za-z0-9._-]*$/.test(name)) return name;
  return [...Buffer.from(name)].map((byte) => escapedByte(byte)).join("");
}

function escapedByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9._-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

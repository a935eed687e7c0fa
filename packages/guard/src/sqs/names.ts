// Which queue belongs to a destination and a group, and what of a message SQS is told. Nothing of a message is in a
// queue's name, and no name is ever a pattern (DST-01, DST-02).
import { digestOf, tuple } from "../envelope/signing-input.ts";
import { SallyportError } from "../errors.ts";

const PREFIX = /^[A-Za-z0-9-]{1,32}$/;
const LONGEST = 80;
/** What may stand in a group's or deduplication's id is more; this needs no thought. */
const PLAIN_KEY = /^[A-Za-z0-9._:-]{1,120}$/;

export function refusePrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for queues`, {
    place: "the SQS transport's prefix",
    remedy: "Use 1 to 32 letters, digits and '-'.",
  });
}

/**
 * Two underscores part what one underscore and two hexadecimal digits escape: no two places have a queue in common.
 * @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID` where a queue cannot be called so.
 */
export function queueNameOf(prefix: string, destination: string, group: string, fifo: boolean): string {
  if (destination === "" || group === "" || !destination.isWellFormed() || !group.isWellFormed()) {
    throw new SallyportError("ERR_CONFIG_DESTINATION_INVALID", "a queue is named after a destination and a group", {
      remedy: "Take destinations from a contract, and give the group a name.",
    });
  }
  const name = `${prefix}__${escaped(destination)}__${escaped(group)}${fifo ? ".fifo" : ""}`;
  if (name.length <= LONGEST) return name;
  throw new SallyportError(
    "ERR_CONFIG_DESTINATION_INVALID",
    `the name of a queue would have ${name.length} characters, and SQS takes ${LONGEST}`,
    {
      place: name,
      remedy: "Shorten the destination, the group or the prefix; all but letters, digits and '-' count three times.",
    },
  );
}

const escaped = (text: string): string =>
  text.replace(/[^A-Za-z0-9-]/gu, (character) => Buffer.from(character).toString("hex").replace(/../g, "_$&"));

/** What SQS keeps in order. A message without a key has a group of its own, and waits for none. */
export function messageGroupOf(key: string | undefined, deduplicationId: string): string {
  if (key === undefined) return `i.${deduplicationId}`;
  return PLAIN_KEY.test(key) ? `k.${key}` : `h.${digestOf(key)}`;
}

/**
 * The same for the same bytes under the same id alone: another generation of an event is not swallowed (REP-16), and who
 * has not seen a message cannot make one that suppresses it (REP-14).
 */
export const deduplicationIdOf = (id: string, bytes: Uint8Array): string => digestOf(tuple(id, digestOf(bytes)));

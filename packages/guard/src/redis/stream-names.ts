// Which keys belong to a destination. Nothing of a message is in any of them, and all of a destination are in one slot of
// a cluster: its name is the hash tag, and so no name may end the tag (DST-01, DST-03).
import { SallyportError } from "../errors.ts";

export interface StreamNames {
  readonly stream: string;
  /** Where the last removed id is kept. */
  readonly removed: string;
  /** What is known of a group comes before its name, so that no group's name can make it another's. */
  ofGroup(group: string, part: string): string;
}

const PREFIX = /^[A-Za-z0-9._-]{1,64}$/;

export function refusePrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for keys`, {
    place: "the Redis transport's prefix",
    remedy: "Use 1 to 64 letters, digits, '.', '_' and '-'.",
  });
}

/** @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID` */
export function namesOf(prefix: string, destination: string): StreamNames {
  if (destination === "" || /[{}]/.test(destination)) {
    throw new SallyportError("ERR_CONFIG_DESTINATION_INVALID", "a stream has a name, without braces", {
      remedy: "Take destinations from a contract.",
    });
  }
  const stream = `${prefix}:{${destination}}`;
  return { stream, removed: `${stream}:removed`, ofGroup: (group, part) => `${stream}:${part}:${group}` };
}

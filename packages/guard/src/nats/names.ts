// Which subjects, streams and consumers belong to a destination and a group. No two have one name, nothing of a message is
// in any, and none is ever a pattern (DST-01, DST-02, DST-03).
import { SallyportError } from "../errors.ts";

export interface NatsNames {
  readonly stream: string;
  readonly subject: string;
  /** The durable consumer of a group. */
  consumerOf(group: string): string;
  /** Where an ordered group keeps whose turn it is, and what it has delayed. */
  orderOf(group: string): OrderNames;
}

export interface OrderNames {
  readonly stream: string;
  readonly turn: string;
  /** Of what is delayed: its sequence and its key follow. */
  readonly later: string;
}

const PREFIX = /^[A-Za-z0-9_]{1,32}$/;
const HIERARCHY = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
/** What a server takes for a name. */
const LONGEST = 255;

export function refusePrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for streams and subjects`, {
    place: "the NATS transport's prefix",
    remedy: "Use 1 to 32 letters, digits and '_'.",
  });
}

/** @throws {SallyportError} `ERR_CONFIG_DESTINATION_INVALID` */
export function namesOf(prefix: string, destination: string): NatsNames {
  const token = tokenOf(destination);
  const stream = bounded(`${prefix}-${token}`);
  return {
    stream,
    // The hierarchy that operators see and grant rights by, where it is one.
    subject: `${prefix}.${HIERARCHY.test(destination) ? destination : token}`,
    consumerOf: (group) => bounded(tokenOf(group)),
    orderOf(group) {
      // What no text is written as stands before and between, so that no destination or group can be called so.
      const own = `${prefix}.=order.${token}.${tokenOf(group)}`;
      return { stream: bounded(`${stream}=order=${tokenOf(group)}`), turn: `${own}.turn`, later: `${own}.later` };
    },
  };
}

/** One token of a subject, from which the text can be told: whatever is no letter, digit, '_' or '-' is written as '=' and its byte. */
function tokenOf(text: string): string {
  if (text === "" || !text.isWellFormed()) refuse(`"${text}" is no name`);
  return text.replaceAll(/[^A-Za-z0-9_-]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `=${byte.toString(16).padStart(2, "0").toUpperCase()}`).join(""),
  );
}

function bounded(name: string): string {
  if (name.length > LONGEST) refuse(`"${name.slice(0, 40)}…" is longer than NATS takes`);
  return name;
}

function refuse(what: string): never {
  throw new SallyportError("ERR_CONFIG_DESTINATION_INVALID", what, {
    remedy: "Take destinations from a contract, and give groups short names.",
  });
}

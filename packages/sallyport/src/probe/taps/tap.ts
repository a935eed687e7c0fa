// What is asked of a broker that stands beside the target: what did it see, what does it still owe, and to put something
// on it as anybody with its password could. A tap is one file; it judges nothing.

export interface Message {
  readonly destination: string;
  readonly bytes: Uint8Array;
  /** Headers, attributes, further fields of an entry. */
  readonly headers: Readonly<Record<string, string>>;
  /** What decides on its partition or its place, where the broker has such a thing. */
  readonly key?: string | undefined;
}

export interface Seen extends Message {
  readonly text: string;
  /** How it was put there: `stream`, `channel`, `list`, `queue`, `topic`; `value` for what is no message. */
  readonly form: string;
  /** Its own in the protocol, where it has one there: a header of that name is none. */
  readonly id?: string | undefined;
  /** Put by the probe itself. */
  readonly own: boolean;
}

export interface Owed {
  readonly destination: string;
  readonly group: string;
  /** Not yet taken, and taken and not yet settled. */
  readonly messages: number;
}

/** The broker takes no such message: too large, or for no such place. */
export class NotTaken extends Error {}

export interface Tap {
  /** As in the profile: `embedded`, `redis`. */
  readonly broker: string;
  /** In which a message can be put where nothing is yet, the usual one first. */
  readonly forms: readonly string[];
  /** In the order in which they came; messages that were taken meanwhile are still among them. */
  seen(): Promise<readonly Seen[]>;
  /** In this form, where the destination has none already. Default: the first of {@link forms}. @throws {NotTaken} */
  put(message: Message, form?: string): Promise<void>;
  /**
   * Makes an empty destination, where the broker takes nothing for one that nobody has made; `exchange` where it is to be
   * one. Resolves with a command that does the same. @throws {NotTaken} for a name that none can have.
   */
  make?(destination: string, form?: string): Promise<string>;
  /** What this broker, or a client of it, says of a destination that is not there. */
  readonly saysMissing?: RegExp;
  /** What groups are still owed. Destinations that somebody reads are named even when nothing is owed. */
  owed(): Promise<readonly Owed[]>;
  /** Every destination that exists, an empty one too where the broker knows such a thing. */
  destinations(): Promise<readonly string[]>;
  /** How many messages are kept there: none where there is no such place, or one that keeps nothing. */
  holds(destination: string): Promise<number>;
  /**
   * What is said of destinations rather than kept in them, in words with its names: bindings, policies, rights. Absent where
   * the tap does not look at such.
   */
  arranged?(): Promise<readonly string[]>;
  /** Makes the broker as one that does not answer, until the function that is returned is called. */
  silence(): Promise<() => Promise<void>>;
  /**
   * Makes the broker as one that is not there, for good: who is connected is cut off, and who connects is refused. Absent
   * where it is not the probe's to end.
   */
  readonly vanish?: (() => Promise<void>) | undefined;
  /** For people who distrust this program: a command that puts the same message. */
  commandFor(message: Message): string;
  close(): Promise<void>;
}

export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Whether a URL has somebody's name, password or token in it. */
export function hasLogin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}

/** A command is shown to others: an address with a login in it is left to a variable. */
export const addressIn = (url: string): string => (hasLogin(url) ? '"$BROKER_URL"' : quoted(url));

export const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whether it has this text anywhere: also in a header, as its key, or in the name of where it is. */
export const carries = ({ text, headers, key, destination }: Seen, wanted: string): boolean =>
  text.includes(wanted) ||
  destination.includes(wanted) ||
  key?.includes(wanted) === true ||
  Object.values(headers).some((value) => value.includes(wanted));

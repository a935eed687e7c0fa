// The address of a broker or a store. It may hold a password: it never shows it, in whatever way it is printed (OPS-05).
import { inspect } from "node:util";
import { SallyportError } from "@sallyport/guard";

export interface Host {
  /** Without the brackets of IPv6. */
  readonly name: string;
  readonly port: number | undefined;
}

const SHAPE = /^([a-z][a-z0-9+.-]*):\/\/(?:([^@/?#]*)@)?([^@/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;
const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;

export class Address {
  readonly scheme: string;
  /** Several where the URL lists them: `kafka://one:9092,two:9092`. */
  readonly hosts: readonly Host[];
  readonly user: string | undefined;
  /** After the first slash, decoded; empty when there is none. */
  readonly path: string;
  readonly options: ReadonlyMap<string, string>;
  readonly #given: string;
  readonly #password: string | undefined;

  private constructor(given: string, [, scheme = "", credentials, hosts = "", path = "", query = ""]: readonly (string | undefined)[]) {
    this.#given = given;
    this.scheme = scheme;
    this.hosts = hosts === "" ? [] : hosts.split(",").map(hostOf);
    const colon = credentials?.indexOf(":") ?? -1;
    const user = colon < 0 ? credentials : credentials?.slice(0, colon);
    this.user = user === undefined || user === "" ? undefined : decoded(user);
    this.#password = colon < 0 ? undefined : decoded(credentials?.slice(colon + 1) ?? "");
    this.path = decoded(path.slice(1));
    this.options = new Map(new URLSearchParams(query));
  }

  /** @throws {SallyportError} `ERR_CONFIG_INVALID`, which never quotes what was given. */
  static parse(given: string): Address {
    const parts = SHAPE.exec(given);
    if (parts === null) {
      const remedy = given.includes("://") ? ENCODE : "Write the whole address, such as redis://127.0.0.1.";
      throw malformed("it is not a URL of the form scheme://[user:password@]host[:port]", remedy);
    }
    return new Address(given, parts);
  }

  /** With all secrets, for the client alone. */
  reveal(): string {
    return this.#given;
  }

  /** For the client alone. */
  get password(): string | undefined {
    return this.#password;
  }

  /** Every host is this machine, so that nobody else hears or reaches it on the way. */
  get isLoopback(): boolean {
    return this.hosts.every(({ name }) => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(name));
  }

  /** Without user, password and options: any of them may be a secret. */
  toString(): string {
    const hosts = this.hosts.map(({ name, port }) => `${name.includes(":") ? `[${name}]` : name}${port === undefined ? "" : `:${port}`}`);
    return `${this.scheme}://${hosts.join(",")}${this.path === "" ? "" : `/${this.path}`}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function hostOf(text: string): Host {
  const [, six, name, port] = HOST.exec(text) ?? [];
  const host = six ?? name;
  if (host === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1) throw malformed("a host in it is not HOST or HOST:PORT");
  return { name: host, port: port === undefined ? undefined : Number(port) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed("it has a % that is not followed by two hexadecimal digits");
  }
}

const ENCODE = "Percent-encode what is special in user and password.";
const malformed = (why: string, remedy = ENCODE): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", `the address cannot be used: ${why}`, {
    place: "the address of a broker or store",
    remedy,
  });

/** The value of an option that has a closed list of them. @throws {SallyportError} `ERR_CONFIG_INVALID` for another. */
export function optionIn<const T extends string>(address: Address, name: string, choices: readonly T[]): T | undefined {
  const given = address.options.get(name);
  if (given === undefined) return undefined;
  const choice = choices.find((one) => one === given);
  if (choice !== undefined) return choice;
  throw new SallyportError("ERR_CONFIG_INVALID", `the option ${name} of the address is none of ${choices.join(", ")}`, {
    place: String(address),
    remedy: "Give one of them, or leave it out.",
  });
}

// Redis: streams are read as they stand, Pub/Sub is listened to, and MONITOR shows what is pushed to lists and written
// by scripts before anybody takes it. What a group is owed is its lag and its pending entries; what a list is, its length.
import { setTimeout as after } from "node:timers/promises";
import type { Redis } from "ioredis";
import { addressIn, decoded, encoded, type Message, NotTaken, type Owed, quoted, type Seen, type Tap } from "./tap.ts";

const PUSHES: ReadonlySet<string> = new Set(["lpush", "rpush", "lpushx", "rpushx"]);
const POPS: ReadonlySet<string> = new Set(["blpop", "brpop", "blmove", "brpoplpush", "bzpopmin"]);
const STEP_MS = 10;
const HEARD_WITHIN_MS = 2000;

/** Stops, continues or ends the server's process; absent where it is not the probe's. */
export type Signal = (which: "SIGSTOP" | "SIGCONT" | "SIGKILL") => Promise<void>;

export class RedisTap implements Tap {
  readonly broker = "redis";
  readonly forms = ["stream", "list"];
  readonly #url: string;
  readonly #commands: Redis;
  readonly #listener: Redis;
  readonly #signal: Signal | undefined;
  readonly vanish: Tap["vanish"];
  readonly #seen: Seen[] = [];
  readonly #lastIds = new Map<string, string>();
  readonly #own = new Set<string>();
  readonly #popped = new Set<string>();
  /** Channels: nothing of them is kept. */
  readonly #heard = new Set<string>();
  #ownAddress = "";
  #monitor: Redis | undefined;
  #marks = 0;

  private constructor(url: string, commands: Redis, listener: Redis, signal: Signal | undefined) {
    this.#url = url;
    this.#commands = commands;
    this.#listener = listener;
    this.#signal = signal;
    this.vanish = signal && (() => signal("SIGKILL"));
  }

  static async open(url: string, signal?: Signal): Promise<RedisTap> {
    const { Redis: Client } = await import("ioredis");
    const make = (): Redis => new Client(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
    const [commands, listener, monitored] = [make(), make(), make()];
    for (const client of [commands, listener, monitored]) client.on("error", () => undefined);
    await Promise.all([commands, listener, monitored].map((client) => client.connect()));
    const tap = new RedisTap(url, commands, listener, signal);
    const address = /\baddr=(\S+)/.exec(String(await commands.call("CLIENT", "INFO")))?.[1];
    tap.#ownAddress = address ?? "";
    await listener.psubscribe("*");
    listener.on("pmessageBuffer", (_pattern: Buffer, channel: Buffer, bytes: Buffer) => tap.#onPublished(channel.toString(), bytes));
    const monitor = await monitored.monitor();
    monitored.disconnect();
    monitor.on("error", () => undefined);
    monitor.on("monitor", (_time: string, args: readonly string[], source: string) => tap.#onCommand(args, source));
    tap.#monitor = monitor;
    return tap;
  }

  async seen(): Promise<readonly Seen[]> {
    await this.#caughtUp();
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#readAll());
    await this.#reading;
    return [...this.#seen];
  }

  /** One at a time: two who read on from the same place would see everything twice. */
  #reading: Promise<void> = Promise.resolve();

  async #readAll(): Promise<void> {
    for (const stream of await this.#keysOf("stream")) await this.#readOn(stream);
  }

  async put({ destination, bytes, headers }: Message, given = "stream"): Promise<void> {
    const body = Buffer.from(bytes);
    const form = given === "channel" ? given : await this.#formOf(destination, given);
    if (form === "channel") {
      this.#own.add(`${destination}\n${body.toString("latin1")}`);
      await this.#commands.publish(destination, body);
    } else if (form === "list") await this.#commands.lpush(destination, body);
    else if (form === "hash") await this.#overwrite(destination, headers[BODY], body);
    else {
      const { [BODY]: name = "data", ...fields } = headers;
      const rest = Object.entries(fields).flat();
      const id = await this.#commands.xadd(destination, "*", name, body, ...rest);
      this.#own.add(`${destination}\n${id ?? ""}`);
    }
  }

  async owed(): Promise<readonly Owed[]> {
    const owed: Owed[] = [];
    for (const stream of await this.#keysOf("stream")) {
      for (const group of (await this.#commands.call("XINFO", "GROUPS", stream)) as readonly (readonly unknown[])[]) {
        const about = pairs(group);
        owed.push({
          destination: stream,
          group: String(about.get("name")),
          messages: Number(about.get("pending")) + Number(about.get("lag") ?? 0),
        });
      }
    }
    for (const list of this.#popped)
      owed.push({ destination: list, group: "list", messages: await this.#commands.llen(list).catch(() => 0) });
    const channels = (await this.#commands.call("PUBSUB", "CHANNELS")) as readonly string[];
    for (const channel of channels) owed.push({ destination: channel, group: "channel", messages: 0 });
    return owed;
  }

  async destinations(): Promise<readonly string[]> {
    const keys = await Promise.all((["stream", "list", "hash"] as const).map((type) => this.#keysOf(type)));
    return [...new Set([...keys.flat(), ...this.#heard])].sort();
  }

  async holds(destination: string): Promise<number> {
    const type = await this.#commands.type(destination);
    if (type === "stream") return this.#commands.xlen(destination);
    if (type === "list") return this.#commands.llen(destination);
    return type === "hash" ? 1 : 0;
  }

  async silence(): Promise<() => Promise<void>> {
    if (this.#signal !== undefined) {
      await this.#signal("SIGSTOP");
      return async () => this.#signal?.("SIGCONT");
    }
    await this.#commands.call("CLIENT", "PAUSE", "600000", "ALL");
    return async () => void (await this.#commands.call("CLIENT", "UNPAUSE"));
  }

  commandFor({ destination, bytes, headers }: Message): string {
    const { [BODY]: name = "data", ...fields } = headers;
    const rest = Object.entries(fields).flatMap(([field, value]) => [quoted(field), quoted(value)]);
    return [
      "redis-cli",
      "-u",
      addressIn(this.#url),
      "XADD",
      quoted(destination),
      "'*'",
      ...rest,
      quoted(name),
      quoted(decoded(bytes)),
    ].join(" ");
  }

  close(): Promise<void> {
    for (const client of [this.#commands, this.#listener, this.#monitor]) client?.disconnect();
    return Promise.resolve();
  }

  /** What was done before this is known of: a command of our own has come by on MONITOR. */
  async #caughtUp(): Promise<void> {
    const mark = `${MARK}${++this.#marks}`;
    await this.#commands.call("ECHO", mark);
    for (const end = performance.now() + HEARD_WITHIN_MS; !this.#heardMarks.delete(mark) && performance.now() < end;) await after(STEP_MS);
  }

  readonly #heardMarks = new Set<string>();

  #onCommand(args: readonly string[], source: string): void {
    const [command = "", first = "", ...rest] = args.map(String);
    const name = command.toLowerCase();
    if (name === "echo" && first.startsWith(MARK)) this.#heardMarks.add(first);
    const own = source === this.#ownAddress;
    if (POPS.has(name) && !own) this.#popped.add(first);
    const add = (text: string, form: string): void =>
      void this.#seen.push({ destination: first, bytes: encoded(text), text, headers: {}, form, own });
    if (PUSHES.has(name)) for (const text of rest) add(text, "list");
    // A script that writes what it was told to is how queues on Redis keep their jobs; elsewhere it is a value.
    else if (source === "lua" && /^h(?:m?set)$/.test(name))
      this.#seen.push({ ...entryOf(rest.map((field) => Buffer.from(field))), destination: first, form: "hash", own });
    else if (/^(?:hm?set|p?setex|set|append|zadd|sadd|json\.set)$/.test(name)) add(rest.join(" "), "value");
  }

  #onPublished(destination: string, bytes: Buffer): void {
    this.#heard.add(destination);
    const own = this.#own.has(`${destination}\n${bytes.toString("latin1")}`);
    this.#seen.push({ destination, bytes, text: decoded(bytes), headers: {}, form: "channel", own });
  }

  async #readOn(stream: string): Promise<void> {
    const from = this.#lastIds.get(stream);
    const entries = await this.#commands.xrangeBuffer(stream, from === undefined ? "-" : `(${from}`, "+");
    for (const [id, fields] of entries) {
      this.#lastIds.set(stream, id.toString());
      const own = this.#own.has(`${stream}\n${id.toString()}`);
      this.#seen.push({ ...entryOf(fields), destination: stream, form: "stream", own });
    }
  }

  /** A record, such as a job, is where its queue points to: only one that is there can be written, in its own field. */
  async #overwrite(destination: string, field: string | undefined, body: Buffer): Promise<void> {
    if (field === undefined || (await this.#commands.hexists(destination, field)) === 0) throw new NotTaken(`there is no ${destination}`);
    await this.#commands.hset(destination, field, body);
  }

  async #formOf(destination: string, usual: string): Promise<string> {
    const type = await this.#commands.type(destination);
    return type === "none" ? usual : type;
  }

  async #keysOf(type: "stream" | "list" | "hash"): Promise<readonly string[]> {
    const keys: string[] = [];
    for (let cursor = "0"; ;) {
      const [next, page] = (await this.#commands.call("SCAN", cursor, "COUNT", "1000", "TYPE", type)) as [string, string[]];
      keys.push(...page);
      if (next === "0") return keys.sort();
      cursor = next;
    }
  }
}

const MARK = "sallyport-probe-mark-";
/** Under which the name of the field with the body is kept. */
const BODY = "\0body";

/** The body is the field that is JSON, else the longest; the others are headers. */
function entryOf(fields: readonly Buffer[]): Pick<Seen, "bytes" | "text" | "headers"> {
  const given = Array.from(
    { length: Math.floor(fields.length / 2) },
    (_, index) => [fields[2 * index]!.toString(), fields[2 * index + 1]!] as const,
  );
  const body = given.find(([, value]) => value[0] === 0x7b) ?? given.toSorted(([, one], [, other]) => other.length - one.length)[0];
  const [name = "data", bytes = Buffer.alloc(0)] = body ?? [];
  const headers = given.filter((one) => one !== body).map(([field, value]) => [field, value.toString()] as const);
  return { bytes, text: decoded(bytes), headers: { ...Object.fromEntries(headers), [BODY]: name } };
}

const pairs = (list: readonly unknown[]): ReadonlyMap<string, unknown> =>
  new Map(Array.from({ length: list.length / 2 }, (_, index) => [String(list[2 * index]), list[2 * index + 1]]));

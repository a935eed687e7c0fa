// NATS: subjects are listened to, JetStream's streams are read and its consumers asked what they are owed, and the server's
// monitoring port says who else listens. What the server and its clients say to each other is left out.
import type { Msg, MsgHdrs, NatsConnection, Subscription } from "@nats-io/transport-node";
import { fits, heldIn, type ListedStream, type Stored, type Stream, streamOf } from "./nats-streams.ts";
import { addressIn, decoded, type Message, NotTaken, type Owed, quoted, type Seen, type Tap } from "./tap.ts";

const INTERNAL = /^(?:\$|_INBOX\.|_R_\.)/;
const ASKED_WITHIN_MS = 3000;
const NAME = "sallyport-probe";
/** One on which something can be published: without wildcards. */
const SUBJECT = /^[^\s.*>]+(?:\.[^\s.*>]+)*$/;

interface Consumer {
  readonly name: string;
  readonly stream_name: string;
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly config: { readonly filter_subject?: string; readonly filter_subjects?: readonly string[] };
}

/** The client looks for it beside the URL alone. A user without a password is a token. */
function loginOf(url: string): { readonly user?: string; readonly pass?: string; readonly token?: string } {
  const { username, password } = new URL(url);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  if (user === "" && pass === "") return {};
  return pass === "" ? { token: user } : { user, pass };
}

export class NatsTap implements Tap {
  readonly broker = "nats";
  readonly forms = ["subject", "stream"];
  readonly saysMissing = /no stream matches|no responders|stream not found/i;
  readonly #url: string;
  readonly #connection: NatsConnection;
  readonly #monitor: string | undefined;
  readonly #hold: Own["hold"];
  readonly vanish: Tap["vanish"];
  readonly #makeHeaders: () => MsgHdrs;
  #seen: Seen[] = [];
  readonly #own = new Set<string>();
  readonly #lastSeqs = new Map<string, number>();
  readonly #listening = new Map<string, Subscription>();

  private constructor(url: string, connection: NatsConnection, makeHeaders: () => MsgHdrs, own: Own) {
    this.#url = url;
    this.#connection = connection;
    this.#makeHeaders = makeHeaders;
    this.#monitor = own.monitor;
    this.#hold = own.hold;
    this.vanish = own.vanish;
  }

  static async open(url: string, own: Own = {}): Promise<NatsTap> {
    const { connect, headers } = await import("@nats-io/transport-node");
    const options = { name: NAME, noEcho: true, reconnect: false, timeout: ASKED_WITHIN_MS };
    const connection = await connect({ servers: url, ...loginOf(url), ...options });
    const tap = new NatsTap(url, connection, headers, own);
    tap.#listen(">");
    await connection.flush();
    return tap;
  }

  async seen(): Promise<readonly Seen[]> {
    this.#reading = this.#reading.catch(() => undefined).then(async () => this.#readOn(await this.#streams()));
    await this.#reading;
    // What the server had sent before this has arrived when it answers.
    await this.#connection.flush();
    return [...this.#seen];
  }

  /** A stream is made for it where the target has some: tools that read are told the name of one. */
  async put({ destination, bytes, headers }: Message, form = "subject"): Promise<void> {
    if (form === "stream") await this.#makeStream(destination);
    const given = this.#makeHeaders();
    for (const [name, value] of Object.entries(headers)) given.append(name, value);
    const options = Object.keys(headers).length === 0 ? {} : { headers: given };
    const isKept = (await this.#streams()).some(({ subjects }) => subjects.some((pattern) => fits(pattern, destination)));
    try {
      if (isKept) {
        const answer = await this.#connection.request(destination, bytes, { timeout: ASKED_WITHIN_MS, ...options });
        const { stream, seq } = answer.json<{ readonly stream?: string; readonly seq?: number }>();
        if (stream === undefined) throw new Error(answer.string());
        this.#own.add(`${stream} ${seq}`);
        return;
      }
      this.#connection.publish(destination, bytes, options);
    } catch (error) {
      throw new NotTaken(error instanceof Error ? error.message : String(error), { cause: error });
    }
    await this.#connection.flush();
    this.#seen.push({ destination, bytes, text: decoded(bytes), headers, form: "subject", own: true });
  }

  /** What goes to JetStream has to fit a stream. Where there is none, every subject takes what it is sent. */
  async make(destination: string): Promise<string> {
    if (!SUBJECT.test(destination)) throw new NotTaken(`no subject can be called ${destination}`);
    await this.#makeStream(destination);
    const name = streamOf(destination);
    return `nats -s ${addressIn(this.#url)} stream add ${quoted(name)} --subjects ${quoted(destination)} --storage memory --defaults`;
  }

  async owed(): Promise<readonly Owed[]> {
    const [streams, listeners] = await Promise.all([this.#streams(), this.#listeners()]);
    const owed: Owed[] = [];
    for (const { name, subjects } of streams) {
      const { consumers = [] } = await this.#ask<{ readonly consumers?: readonly Consumer[] }>(`CONSUMER.LIST.${name}`);
      for (const consumer of consumers) owed.push(...this.#owedTo(consumer, subjects));
    }
    return [
      ...owed,
      ...listeners.flatMap((pattern) => this.#subjectsOf(pattern)).map((destination) => ({ destination, group: "core", messages: 0 })),
    ];
  }

  async destinations(): Promise<readonly string[]> {
    const kept = (await this.#streams()).flatMap(({ name, subjects }) => [name, ...subjects]);
    return [...new Set([...kept, ...this.#seen.map(({ destination }) => destination)])].sort();
  }

  async holds(destination: string): Promise<number> {
    return heldIn(await this.#streams(), destination, (question, given) => this.#ask(question, JSON.stringify(given)));
  }

  silence(): Promise<() => Promise<void>> {
    const release = this.#hold?.();
    if (release === undefined) return Promise.reject(new Error("the server is not the probe's to stop"));
    return Promise.resolve(() => Promise.resolve(release()));
  }

  commandFor({ destination, bytes, headers }: Message): string {
    const given = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}:${value}`)}`);
    return ["nats", "-s", addressIn(this.#url), "pub", ...given, quoted(destination), quoted(decoded(bytes))].join(" ");
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => undefined);
  }

  #listen(pattern: string): void {
    if (this.#listening.has(pattern)) return;
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) this.#onMessage(message);
    };
    this.#listening.set(pattern, this.#connection.subscribe(pattern, { callback }));
  }

  #onMessage({ subject, data, headers, reply = "" }: Msg): void {
    // What JetStream delivers bears the subject that it was published on, and where it is to be acknowledged.
    if (INTERNAL.test(subject) || reply.startsWith("$JS.ACK.") || this.#kept.some((pattern) => fits(pattern, subject))) return;
    this.#add(subject, data, headers);
  }

  #add(subject: string, data: Uint8Array, headers: MsgHdrs | undefined, own = false): void {
    const named = (headers?.keys() ?? []).map((name) => [name, headers?.values(name).join(",") ?? ""] as const);
    this.#seen.push({ destination: subject, bytes: data, text: decoded(data), headers: Object.fromEntries(named), form: "subject", own });
  }

  #kept: readonly string[] = [];
  /** One at a time: two who read on from the same place would see things twice, or not at all. */
  #reading: Promise<void> = Promise.resolve();

  /**
   * Whoever listens to everything listens to the inboxes of those who wait for JetStream, too, which then takes a consumer
   * that is gone for one that waits. So where there are streams they are read, and only names of one word are listened to,
   * and what others listen to.
   */
  async #readOn(streams: readonly Stream[]): Promise<void> {
    if (streams.length === 0) return;
    this.#kept = streams.flatMap(({ subjects }) => subjects);
    if (this.#listening.has(">")) {
      this.#listening.get(">")?.unsubscribe();
      this.#listening.delete(">");
      this.#seen = this.#seen.filter(({ destination }) => !this.#kept.some((pattern) => fits(pattern, destination)));
    }
    this.#listen("*");
    for (const pattern of await this.#listeners()) if (!/[*>]/.test(pattern)) this.#listen(pattern);
    for (const { name, last } of streams) {
      for (let seq = (this.#lastSeqs.get(name) ?? 0) + 1; seq <= last; seq++) await this.#read(name, seq);
      this.#lastSeqs.set(name, Math.max(last, this.#lastSeqs.get(name) ?? 0));
    }
  }

  async #read(stream: string, seq: number): Promise<void> {
    const { message } = await this.#ask<{ readonly message?: Stored }>(`STREAM.MSG.GET.${stream}`, JSON.stringify({ seq }));
    if (message === undefined || (this.#lastSeqs.get(stream) ?? 0) >= seq) return;
    this.#lastSeqs.set(stream, seq);
    const { subject, data = "", hdrs } = message;
    const headers = hdrs === undefined ? undefined : headersOf(Buffer.from(hdrs, "base64").toString(), this.#makeHeaders());
    this.#add(subject, Buffer.from(data, "base64"), headers, this.#own.has(`${stream} ${seq}`));
  }

  #owedTo({ name, num_pending, num_ack_pending, config }: Consumer, subjects: readonly string[]): readonly Owed[] {
    const filters = [...(config.filter_subject ? [config.filter_subject] : []), ...(config.filter_subjects ?? [])];
    const read = (filters.length > 0 ? filters : subjects).flatMap((pattern) => this.#subjectsOf(pattern));
    return read.map((destination, index) => ({ destination, group: name, messages: index === 0 ? num_pending + num_ack_pending : 0 }));
  }

  /** A pattern reads whatever was seen to fit it. */
  #subjectsOf(pattern: string): readonly string[] {
    if (!/[*>]/.test(pattern)) return [pattern];
    const fitting = [...new Set(this.#seen.map(({ destination }) => destination))].filter((subject) => fits(pattern, subject));
    return fitting.length > 0 ? fitting : [pattern];
  }

  async #makeStream(subject: string): Promise<void> {
    const [streams, name] = [await this.#streams(), streamOf(subject)];
    if (streams.length === 0 || streams.some(({ subjects }) => subjects.some((pattern) => fits(pattern, subject)))) return;
    await this.#ask(`STREAM.CREATE.${name}`, JSON.stringify({ name, subjects: [subject], storage: "memory" }));
  }

  async #streams(): Promise<readonly Stream[]> {
    const { streams = [] } = await this.#ask<{ readonly streams?: readonly ListedStream[] }>("STREAM.LIST");
    return streams.map(({ config: { name, subjects = [] }, state }) => ({
      name,
      subjects,
      last: state.last_seq,
      messages: state.messages,
    }));
  }

  /** Without JetStream there is nothing that is kept. */
  async #ask<T extends object>(question: string, given = ""): Promise<Partial<T>> {
    try {
      return (await this.#connection.request(`$JS.API.${question}`, given, { timeout: ASKED_WITHIN_MS })).json<T>();
    } catch {
      return {};
    }
  }

  async #listeners(): Promise<readonly string[]> {
    if (this.#monitor === undefined) return [];
    const answer = await fetch(`${this.#monitor}/connz?subs=1`).catch(() => undefined);
    const { connections = [] } = ((await answer?.json()) ?? {}) as { readonly connections?: readonly Connection[] };
    const others = connections.filter(({ name }) => name !== NAME).flatMap(({ subscriptions_list = [] }) => subscriptions_list);
    return [...new Set(others)].filter((subject) => !INTERNAL.test(subject)).sort();
  }
}

/** A status line, then a header a line. */
function headersOf(text: string, headers: MsgHdrs): MsgHdrs {
  for (const line of text.split("\r\n").slice(1)) {
    const at = line.indexOf(":");
    if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return headers;
}

interface Connection {
  readonly name?: string;
  readonly subscriptions_list?: readonly string[];
}

interface Own {
  /** Where the server says who is connected. */
  readonly monitor?: string;
  /** Makes it as one that does not answer; absent where it is not the probe's to stop. */
  readonly hold?: () => () => void;
  readonly vanish?: Tap["vanish"];
}

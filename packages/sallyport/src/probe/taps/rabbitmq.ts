// RabbitMQ: every publish is seen by the virtual host's firehose, whatever becomes of the message, and the last deliveries.
// What queues hold and what is out unacknowledged is said by the management API, a moment late: a queue in which something
// has just happened is taken for one that is owed. A destination is a queue, an exchange, or `exchange/routing key`.
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from "amqplib";
import { arrangedIn } from "./amqp-arrangements.ts";
import { besideIn, propertiesOf, publishOptions } from "./amqp-properties.ts";
import {
  type Binding,
  comesBackTo,
  deadLetterExchange,
  destinationOf,
  type Layout,
  type Place,
  type Queue,
  readBy,
  splitAt,
  type Trace,
} from "./amqp-routing.ts";
import { heldIn, makePlace, placesOf } from "./amqp-places.ts";
import { Management } from "./rabbitmq-management.ts";
import { decoded, type Message, NotTaken, type Owed, quoted, type Seen, type Tap } from "./tap.ts";

const TRACE = "amq.rabbitmq.trace";
const MARK = "sallyport-probe-mark-";
const HEARD_WITHIN_MS = 20_000;
/** For how long what is bound to what is taken for known. */
const KNOWN_FOR_MS = 500;
/** What is in each queue, without the history of it. */
const TOTALS = "?disable_stats=true&enable_queue_totals=true";
const MOST_DELIVERIES = 20;

export interface RabbitMqPlace {
  /** With the virtual host. */
  readonly url: string;
  /** Of the management plugin, with user and password. */
  readonly management: string;
  readonly vhost: string;
  /** For how long what the management API says may be older than what has happened. */
  readonly lateMs: number;
  /** Makes the broker as one that does not answer; absent where it is not the probe's to stop. */
  readonly hold?: (() => () => void) | undefined;
  readonly vanish?: Tap["vanish"];
}

interface Consuming {
  readonly queue: { readonly name: string };
}

export class RabbitMqTap implements Tap {
  readonly broker = "rabbitmq";
  readonly forms = ["queue"];
  readonly saysMissing = /NOT_FOUND - no (?:queue|exchange)|no (?:queue|exchange) '[^']*' in vhost/i;
  readonly holds = (queue: string): Promise<number> => heldIn(this.#connection, queue);
  readonly arranged = (): Promise<readonly string[]> => arrangedIn(this.#management, this.#place.vhost);
  readonly #place: RabbitMqPlace;
  readonly vanish: Tap["vanish"];
  readonly #management: Management;
  readonly #connection: ChannelModel;
  readonly #seen: Seen[] = [];
  readonly #read = new Set<string>();
  readonly #activeAtMs = new Map<string, number>();
  readonly #marks = new Map<string, (connection: string) => void>();
  readonly #places = new Map<string, Place>();
  #channel: ConfirmChannel | undefined;
  #ownConnection = "";
  /** Of what is published, and of what is delivered. */
  readonly #ownQueues: string[] = [];
  #markCount = 0;
  #lastMark: Promise<string> = Promise.resolve("");
  #nextMark: Promise<string> | undefined;
  #layout: { readonly layout: Promise<Layout>; readonly atMs: number } | undefined;

  private constructor(place: RabbitMqPlace, connection: ChannelModel) {
    this.#place = place;
    this.vanish = place.vanish;
    this.#management = new Management(place.management);
    this.#connection = connection;
  }

  static async open(place: RabbitMqPlace): Promise<RabbitMqTap> {
    const { connect } = await import("amqplib");
    const connection = await connect(place.url);
    connection.on("error", () => undefined);
    const tap = new RabbitMqTap(place, connection);
    try {
      await tap.#management.ask("PUT", `vhosts/${encodeURIComponent(place.vhost)}`, { tracing: true });
      const channel = await connection.createChannel();
      channel.on("error", () => undefined);
      const { queue } = await channel.assertQueue("", { exclusive: true });
      await channel.bindQueue(queue, TRACE, "publish.#");
      await channel.consume(queue, (message) => message !== null && tap.#onTrace(message), { noAck: true });
      // A message that goes round is delivered thousands of times: the last deliveries will do.
      const { queue: deliveries } = await channel.assertQueue("", { exclusive: true, maxLength: MOST_DELIVERIES });
      await channel.bindQueue(deliveries, TRACE, "deliver.#");
      tap.#ownQueues.push(queue, deliveries);
      tap.#ownConnection = await tap.#caughtUp();
      return tap;
    } catch (error) {
      await connection.close().catch(() => undefined);
      throw error;
    }
  }

  async seen(): Promise<readonly Seen[]> {
    await this.#caughtUp();
    return [...this.#seen];
  }

  async put(message: Message, form?: string): Promise<void> {
    const { exchange, routingKey } = await this.#placeOf(message.destination, form);
    try {
      const channel = await this.#openChannel();
      await new Promise<void>((resolve, reject) => {
        channel.publish(exchange, routingKey, Buffer.from(message.bytes), publishOptions(message), (error) =>
          error === null ? resolve() : reject(error as Error),
        );
      });
    } catch (error) {
      this.#channel = undefined;
      throw new NotTaken(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  async make(destination: string, form = "queue"): Promise<string> {
    const { exchanges } = await this.#bound();
    return makePlace(this.#connection, this.#management, this.#place.vhost, placesOf(destination, form, exchanges));
  }

  async owed(): Promise<readonly Owed[]> {
    const [queues, layout, consumers] = await Promise.all([this.#queues(), this.#bound(), this.#asked<Consuming>("consumers")]);
    for (const { queue } of consumers) this.#read.add(queue.name);
    await Promise.all([this.#caughtUp(), this.#lookAtDeliveries(), this.#lookForConsumers(queues)]);
    const now = performance.now();
    const rows = queues.filter((queue) => this.#read.has(queue.name)).flatMap((queue) => this.#owedTo(queue, queues, layout, now));
    const waiting = queues.flatMap((queue): readonly Owed[] => {
      const back = this.#read.has(queue.name)
        ? undefined
        : comesBackTo(queue, layout).find((name) => rows.some(({ group }) => group === name));
      const row = rows.find(({ group }) => group === back);
      return row === undefined ? [] : [{ destination: row.destination, group: queue.name, messages: queue.messages ?? 0 }];
    });
    return [...rows, ...waiting];
  }

  async destinations(): Promise<readonly string[]> {
    const [queues, exchanges] = await Promise.all([this.#queues(), this.#exchanges()]);
    const named = [...queues.map(({ name }) => name), ...exchanges.keys(), ...this.#seen.map(({ destination }) => destination)];
    return [...new Set(named)].sort();
  }

  silence(): Promise<() => Promise<void>> {
    const release = this.#place.hold?.();
    if (release === undefined) return Promise.reject(new Error("the server is not the probe's to stop"));
    return Promise.resolve(() => Promise.resolve(release()));
  }

  commandFor(message: Message): string {
    const [exchange, routingKey] = splitAt(message.destination);
    const path = `exchanges/${encodeURIComponent(this.#place.vhost)}/${encodeURIComponent(exchange || "amq.default")}/publish`;
    const body = {
      properties: propertiesOf(message),
      routing_key: routingKey,
      payload: decoded(message.bytes),
      payload_encoding: "string",
    };
    const [login, given, address] = [this.#management.login, JSON.stringify(body), this.#management.addressOf(path)].map(quoted);
    return `curl -u ${login} -d ${given} ${address}`;
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => undefined);
  }

  /** What was done before this is known of: one mark that is sent from now on will do for all who ask meanwhile. */
  #caughtUp(): Promise<string> {
    this.#nextMark ??= this.#lastMark
      .catch(() => undefined)
      .then(() => {
        this.#nextMark = undefined;
        return (this.#lastMark = this.#marked());
      });
    return this.#nextMark;
  }

  /** A message of our own, which no queue takes, has come by on the firehose. Resolves with whose connection it was. */
  async #marked(): Promise<string> {
    const mark = `${MARK}${++this.#markCount}`;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const late = setTimeout(() => reject(new Error("the firehose says nothing")), HEARD_WITHIN_MS);
    this.#marks.set(mark, resolve);
    try {
      (await this.#openChannel()).publish("", mark, Buffer.alloc(0));
      return await promise;
    } finally {
      clearTimeout(late);
      this.#marks.delete(mark);
    }
  }

  #onTrace({ content, properties }: ConsumeMessage): void {
    const trace = properties.headers as unknown as Trace;
    const [routed = "", ...copies] = trace.routing_keys;
    if (routed.startsWith(MARK)) return this.#marks.get(routed)?.(trace.connection ?? "");
    for (const name of trace.routed_queues ?? []) this.#activeAtMs.set(name, performance.now());
    const form = trace.exchange_name === "" ? "queue" : "exchange";
    const own = trace.connection === this.#ownConnection;
    const common = { bytes: new Uint8Array(content), text: decoded(content), ...besideIn(trace.properties), form, own };
    // By CC and BCC one message goes to several.
    for (const one of [routed, ...copies]) this.#seen.push({ destination: destinationOf(trace.exchange_name, one), ...common });
  }

  /** Whether anybody consumes, a queue says at once, and the management API seconds late; of an exclusive one only the latter. */
  async #lookForConsumers(queues: readonly Queue[]): Promise<void> {
    const open = queues.filter(({ name, exclusive }) => exclusive !== true && !this.#read.has(name));
    const channel = await this.#connection.createChannel();
    // One that is gone meanwhile ends the channel.
    channel.on("error", () => undefined);
    await Promise.allSettled(open.map(async ({ name }) => (await channel.checkQueue(name)).consumerCount > 0 && this.#read.add(name)));
    await channel.close().catch(() => undefined);
  }

  async #lookAtDeliveries(): Promise<void> {
    const channel = await this.#openChannel();
    for (let left = MOST_DELIVERIES; left > 0; left--) {
      const delivered = await channel.get(this.#ownQueues[1]!, { noAck: true });
      if (delivered === false) return;
      const queue = delivered.fields.routingKey.slice("deliver.".length);
      this.#read.add(queue);
      this.#activeAtMs.set(queue, performance.now());
    }
  }

  #owedTo(queue: Queue, queues: readonly Queue[], { bindings, exchanges }: Layout, now: number): readonly Owed[] {
    const { name, type, messages = 0, messages_unacknowledged = 0 } = queue;
    const isActive = now - (this.#activeAtMs.get(name) ?? -Infinity) < this.#place.lateMs;
    // A stream keeps what was read.
    const depth = Math.max(type === "stream" ? messages_unacknowledged : messages, isActive ? 1 : 0);
    const own = bindings.filter((one) => one.destination_type === "queue" && one.destination === name);
    const others = own.filter(({ source }) => source !== "" && !queues.some((one) => deadLetterExchange(one) === source));
    const bound = others.flatMap((binding) => readBy(binding, exchanges.get(binding.source), this.#seen));
    const isDirect = bound.length === 0 || this.#seen.some(({ form, destination }) => form === "queue" && destination === name);
    const all = [...new Set([...bound, ...(isDirect ? [name] : [])])];
    return all.map((destination, index) => ({ destination, group: name, messages: index === 0 ? depth : 0 }));
  }

  /** Of an exchange and a queue of the same name, the one that is of that form. A queue is made where there is neither. */
  async #placeOf(destination: string, form: string | undefined): Promise<Place> {
    const known = this.#places.get(`${form ?? ""} ${destination}`);
    if (known !== undefined) return known;
    const [{ exchanges }, queues] = await Promise.all([this.#bound(), this.#queues()]);
    const [exchange, routingKey] = splitAt(destination);
    const isQueue = queues.some(({ name }) => name === destination);
    const place = ((): Place => {
      if (exchange !== "" && exchanges.has(exchange)) return { exchange, routingKey };
      const isExchange = exchanges.has(destination) && (form === "exchange" || !isQueue);
      return isExchange ? { exchange: destination, routingKey: "" } : { exchange: "", routingKey: destination };
    })();
    if (place.exchange === "" && !isQueue) await (await this.#openChannel()).assertQueue(destination);
    this.#places.set(`${form ?? ""} ${destination}`, place);
    return place;
  }

  async #openChannel(): Promise<ConfirmChannel> {
    if (this.#channel !== undefined) return this.#channel;
    const channel = await this.#connection.createConfirmChannel();
    channel.on("error", () => (this.#channel = undefined));
    return (this.#channel ??= channel);
  }

  async #bound(): Promise<Layout> {
    if (this.#layout === undefined || performance.now() - this.#layout.atMs > KNOWN_FOR_MS) {
      const layout = Promise.all([this.#asked<Binding>("bindings"), this.#exchanges()]).then(([bindings, exchanges]) => ({
        bindings,
        exchanges,
      }));
      this.#layout = { layout, atMs: performance.now() };
    }
    return this.#layout.layout;
  }

  async #exchanges(): Promise<ReadonlyMap<string, string>> {
    const listed = await this.#asked<{ readonly name: string; readonly type: string }>("exchanges");
    return new Map(listed.filter(({ name }) => name !== "" && name !== TRACE).map(({ name, type }) => [name, type]));
  }

  async #queues(): Promise<readonly Queue[]> {
    const queues = (await this.#asked<Queue>("queues", TOTALS)).filter(({ name }) => !this.#ownQueues.includes(name));
    // What is new has not been counted yet.
    for (const { name } of queues) if (!this.#activeAtMs.has(name)) this.#activeAtMs.set(name, performance.now());
    return queues;
  }

  #asked<T>(what: string, how = ""): Promise<readonly T[]> {
    return this.#management.list(`${what}/${encodeURIComponent(this.#place.vhost)}${how}`);
  }
}

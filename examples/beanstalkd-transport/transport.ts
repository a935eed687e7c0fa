// Sallyport over beanstalkd: a tube for each destination and group, a job for each message and group. It carries and
// does not judge. It keeps no order of keys and does not vouch for times: beanstalkd has neither.
import { SallyportError } from "@sallyport/guard";
import type { Capabilities, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "@sallyport/guard/ports";
import type { Socket } from "node:net";

import { Connection, expectWord, greeted, numberIn } from "./connection.ts";
import { Fetcher } from "./fetcher.ts";
import { escaped, nowSeconds } from "./job.ts";

export interface BeanstalkdOptions {
  /** A new connection each time: `() => connect(11300, "queue.internal")`. TLS and unix sockets are as good. */
  readonly connect: () => Socket;
  /** Every group of a destination, also those that nobody reads now. The same in all processes; for what it does not know, none. */
  readonly groupsOf: (destination: string) => readonly string[];
  /** What a message that is sent here may be out without a sign from the process that has it. */
  readonly leaseMs?: number;
  /** A connection on which beanstalkd is silent for so long is given up. At least two seconds: it waits in whole ones. */
  readonly answerMs?: number;
  readonly prefix?: string;
}

interface Sender {
  readonly connection: Connection;
  readonly mostBytes: number;
}

const LONGEST_TUBE = 200;
const SHORTEST_ANSWER_MS = 2000;

export class BeanstalkdTransport implements Transport {
  readonly name = "beanstalkd";
  readonly capabilities: Capabilities = {
    acknowledges: true,
    delayedRetry: true,
    vouchesEnqueueTime: false,
    ordersByKey: false,
    persists: true,
    retentionMs: undefined,
  };
  readonly #options: Required<BeanstalkdOptions>;
  readonly #fetchers = new Set<Fetcher>();
  #sender: Promise<Sender> | undefined;
  #closed = false;

  constructor(options: BeanstalkdOptions) {
    this.#options = { leaseMs: 45_000, answerMs: 10_000, prefix: "sallyport", ...options };
    if (this.#options.answerMs >= SHORTEST_ANSWER_MS) return;
    throw new SallyportError("ERR_CONFIG_INVALID", `answerMs must be ${SHORTEST_ANSWER_MS} at least`, { place: "answerMs" });
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const jobs = messages.flatMap(({ destination, bytes }) => this.#tubesOf(destination).map((tube) => ({ tube, bytes })));
    if (jobs.length === 0) return;
    const { connection, mostBytes } = await this.#connectedSender();
    // Looked at before anything is put, so that a refusal means that nothing was taken.
    if (jobs.some(({ bytes }) => bytes.length > mostBytes)) {
      throw new SallyportError("ERR_TRANSPORT_REFUSED", `beanstalkd takes ${mostBytes} bytes at most`, {
        remedy: "Start beanstalkd with a larger `-z`, or send less.",
      });
    }
    const ttr = Math.ceil(this.#options.leaseMs / 1000);
    // Written in one go: nothing of another call comes between a `use` and its `put`.
    const answers = jobs.flatMap(({ tube, bytes }) => [
      connection.ask(`use ${tube}`),
      connection.ask(`put ${nowSeconds()} 0 ${ttr} ${bytes.length}`, bytes),
    ]);
    // BURIED is a job that nobody is given: beanstalkd had no memory, or could not write its binlog.
    for (const answer of await Promise.all(answers)) expectWord(answer, "USING", "INSERTED");
  }

  async receive(options: ReceiveOptions, onDeliveries: Parameters<Transport["receive"]>[1]): Promise<Subscription> {
    if (options.ordering === "key") {
      throw new SallyportError("ERR_CONFIG_CAPABILITY", "beanstalkd does not keep the order of a key");
    }
    if (!this.#options.groupsOf(options.destination).includes(options.group)) {
      throw new SallyportError("ERR_TRANSPORT_REFUSED", `${options.group} is not among the groups of ${options.destination}`, {
        remedy: "Name it in `groupsOf`, in the publishers too: nothing is put for a group that they do not know.",
      });
    }
    const tube = this.#tube(options.destination, options.group);
    const waitSeconds = Math.floor(this.#options.answerMs / 2000);
    const fetcher = new Fetcher(options, onDeliveries, { connect: () => this.#open(), tube, waitSeconds });
    this.#fetchers.add(fetcher);
    await fetcher.start();
    return fetcher;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const sender = await this.#sender?.catch(() => undefined);
    await Promise.all([sender?.connection.end(), ...[...this.#fetchers].map((fetcher) => fetcher.close())]);
  }

  /** One after the other, so that of two that find the connection gone one makes a new one. */
  #connectedSender(): Promise<Sender> {
    const earlier = this.#sender?.catch(() => undefined);
    this.#sender = (async () => {
      const sender = await earlier;
      return sender === undefined || sender.connection.over ? this.#openSender() : sender;
    })();
    return this.#sender;
  }

  async #openSender(): Promise<Sender> {
    const connection = this.#open();
    try {
      return { connection, mostBytes: numberIn(await greeted(connection), "max-job-size") };
    } catch (error) {
      connection.cut();
      throw error;
    }
  }

  #open(): Connection {
    if (this.#closed) throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the transport is closed");
    return new Connection(this.#options.connect(), this.#options.answerMs);
  }

  #tubesOf(destination: string): string[] {
    const groups = this.#options.groupsOf(destination);
    if (groups.length > 0) return groups.map((group) => this.#tube(destination, group));
    throw new SallyportError("ERR_TRANSPORT_REFUSED", `${destination} has no group that a message could be put for`, {
      remedy: "Name its groups in `groupsOf`.",
    });
  }

  #tube(destination: string, group: string): string {
    const tube = [this.#options.prefix, destination, group].map(escaped).join("/");
    if (tube.length <= LONGEST_TUBE) return tube;
    throw new SallyportError("ERR_TRANSPORT_REFUSED", `the tube's name would be longer than ${LONGEST_TUBE} bytes: ${tube}`);
  }
}

// The member of a group: one connection waits for a job, and each job that is out has the connection that reserved it,
// since beanstalkd lets no other settle it and answers nothing on a connection that waits.
import { isSallyportError } from "@sallyport/guard";
import type { Delivery, ReceiveOptions, Subscription } from "@sallyport/guard/ports";

import { type Answer, type Connection, expectWord, greeted, numberIn } from "./connection.ts";
import { priorityAndDelay } from "./job.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

export interface Source {
  readonly connect: () => Connection;
  readonly tube: string;
  /** For how long a connection waits before it is heard that the broker still answers. */
  readonly waitSeconds: number;
}

export class Fetcher implements Subscription {
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #connect: () => Connection;
  readonly #tube: string;
  readonly #waitSeconds: number;
  readonly #connections = new Set<Connection>();
  #idle: Connection[] = [];
  #waiting: Connection | undefined;
  #letGo: Connection | undefined;
  #out = 0;
  #paused = false;
  #closed = false;
  #wake: () => void = () => {};
  #fetching: Promise<void> = Promise.resolve();

  constructor(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void, from: Source) {
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#connect = from.connect;
    this.#tube = from.tube;
    this.#waitSeconds = from.waitSeconds;
  }

  async start(): Promise<void> {
    this.#idle = [await this.#open()];
    this.#fetching = this.#fetch();
  }

  /** The broker gives back what the cut connection may just have been given. */
  pause(): void {
    this.#paused = true;
    this.#letGo = this.#waiting;
    this.#letGo?.cut();
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await Promise.all([...this.#connections].map((connection) => connection.end()));
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#closed) {
      if (this.#paused || this.#out >= this.#options.prefetch) {
        await this.#woken();
        continue;
      }
      try {
        await this.#fetchOne();
        pauseMs = FIRST_PAUSE_MS;
        this.#options.onFetch?.(undefined);
      } catch (error) {
        if (this.#closed) return;
        this.#options.onFetch?.(isSallyportError(error) ? error.code : "ERR_TRANSPORT_UNAVAILABLE");
        for (const connection of this.#idle.splice(0)) connection.cut();
        await this.#woken(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  async #fetchOne(): Promise<void> {
    const connection = this.#idle.pop() ?? (await this.#open());
    if (this.#paused || this.#closed) return void this.#idle.push(connection);
    this.#waiting = connection;
    try {
      const job = expectWord(await connection.ask(`reserve-with-timeout ${this.#waitSeconds}`), "RESERVED", "TIMED_OUT");
      if (job.word === "TIMED_OUT") return void this.#idle.push(connection);
      // For how long a job may be out its sender has written.
      const ttrSeconds = numberIn(expectWord(await connection.ask(`stats-job ${job.id}`), "OK"), "ttr");
      if (!connection.over) this.#deliver(connection, job, ttrSeconds);
    } catch (error) {
      connection.cut();
      if (connection !== this.#letGo) throw error;
    } finally {
      this.#waiting = undefined;
    }
  }

  async #open(): Promise<Connection> {
    const connection = this.#connect();
    this.#connections.add(connection);
    void connection.ended.then(() => this.#connections.delete(connection));
    try {
      const watching = [connection.ask(`watch ${this.#tube}`), connection.ask("ignore default")];
      const [, ...answers] = await Promise.all([greeted(connection), ...watching]);
      for (const answer of answers) expectWord(answer, "WATCHING");
      return connection;
    } catch (error) {
      connection.cut();
      throw error;
    }
  }

  #deliver(connection: Connection, job: Answer, ttrSeconds: number): void {
    let isOut = true;
    this.#out += 1;
    // On the connection on which it is settled, where one comes after the other: what is settled cannot be prolonged.
    const prolong = setInterval(
      () => {
        if (connection.over) clearInterval(prolong);
        else connection.ask(`touch ${job.id}`).catch(() => {});
      },
      (ttrSeconds * 1000) / 3,
    );
    const settle = async (line: string, ...words: readonly string[]): Promise<void> => {
      if (!isOut) return;
      // With the connection the lease is lost. On another nothing is settled: after a restart of the broker the id may be another job's.
      if (!connection.over) expectWord(await connection.ask(line), ...words, "NOT_FOUND");
      if (!isOut) return;
      isOut = false;
      clearInterval(prolong);
      this.#out -= 1;
      if (!connection.over) this.#idle.push(connection);
      this.#wake();
    };
    this.#onDeliveries([
      {
        bytes: job.body,
        destination: this.#options.destination,
        brokerId: job.id,
        ack: () => settle(`delete ${job.id}`, "DELETED"),
        retryAfter: (delayMs) => settle(`release ${job.id} ${priorityAndDelay(delayMs)}`, "RELEASED"),
      },
    ]);
  }

  #woken(mostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = mostMs === undefined ? undefined : setTimeout(resolve, mostMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

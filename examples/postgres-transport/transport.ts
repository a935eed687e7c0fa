// A transport over tables of PostgreSQL (`schema.sql`). A message is a row; for each group that reads its destination
// there is a row more, which is deleted when the group has settled it. It creates no table.
import { createHash, randomUUID } from "node:crypto";
import { type ErrorCode, isSallyportError, SallyportError } from "@sallyport/guard";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "@sallyport/guard/ports";
import type { Pool, PoolClient } from "pg";
import { hear, hearAll } from "./listening.ts";

export interface PostgresTransportOptions {
  /** What is older and settled by every group is removed. Default seven days. */
  readonly retentionMs?: number;
  /** So long after the last sign of life of a member, what it has goes to others. Default 45 s. */
  readonly leaseMs?: number;
  /** So often it is looked for messages even though nothing was heard of any. Default 5 s. */
  readonly pollMs?: number;
  /** After this without an answer the server is said to be unavailable. Default 10 s. */
  readonly answerWithinMs?: number;
}

type Row = Record<string, any>;

const SWEEP_MS = 60_000;
const TRY_AGAIN_MS = 500;
const ignore = (): void => undefined;

export class PostgresTransport implements Transport {
  readonly name = "postgres";
  readonly capabilities: Capabilities;
  readonly settings: Required<PostgresTransportOptions>;
  readonly members = new Set<Member>();
  readonly #pool: Pool;
  #checked: Promise<void> | undefined;
  #listener: Promise<() => void> | undefined;

  constructor(pool: Pool, options: PostgresTransportOptions = {}) {
    hearAll(pool);
    this.#pool = pool;
    this.settings = { retentionMs: 7 * 86_400_000, leaseMs: 45_000, pollMs: 5000, answerWithinMs: 10_000, ...options };
    const { retentionMs } = this.settings;
    const can = { acknowledges: true, delayedRetry: true, vouchesEnqueueTime: true, ordersByKey: true, persists: true };
    this.capabilities = { ...can, retentionMs };
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#check();
    await this.call(
      "send",
      messages.map(({ destination }) => destination),
      messages.map(({ key }) => (key === undefined ? null : createHash("sha256").update(key).digest())),
      messages.map(({ id }) => id),
      messages.map(({ bytes }) => Buffer.from(bytes)),
    );
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    await this.#check();
    await this.call("join_group", options.destination, options.group);
    await this.listen();
    const member = new Member(this, options, onDeliveries);
    this.members.add(member);
    return member;
  }

  /** The pool stays its owner's. */
  async close(): Promise<void> {
    await Promise.all([...this.members].map((member) => member.close()));
    (await this.#listener?.catch(ignore))?.();
  }

  /** A server that confirms what a crash would lose makes `persists` a lie. */
  #check(): Promise<void> {
    this.#checked ??= this.#ask("SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'")
      .then(([off]) => {
        if (off === undefined) return;
        throw new SallyportError("ERR_CONFIG_CAPABILITY", `PostgreSQL confirms what a crash would lose: ${off["name"]} is off`, {
          place: off["name"],
          remedy: `Run: ALTER SYSTEM SET ${off["name"]} = on; SELECT pg_reload_conf();`,
        });
      })
      .catch((error: unknown) => {
        this.#checked = undefined;
        throw error;
      });
    return this.#checked;
  }

  /** On one connection every member is woken. A lost one is replaced when next somebody fetches. */
  async listen(): Promise<void> {
    this.#listener ??= this.#openListener().catch((error: unknown) => {
      this.#listener = undefined;
      throw told(error);
    });
    await this.#listener;
  }

  /** @returns what ends it. */
  async #openListener(): Promise<() => void> {
    const client = await this.#connect();
    const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
    client.on("error", () => lose()).on("end", lose);
    client.on("notification", ({ payload }) => this.#wake(payload));
    try {
      await this.#inTime(client.query("LISTEN sallyport_queue"));
    } catch (error) {
      client.release(true);
      throw error;
    }
    void lost.then(() => {
      this.#listener = undefined;
      client.release(true);
      this.#wake();
    });
    return lose;
  }

  #wake(destination?: string): void {
    for (const member of this.members) member.wake(destination);
  }

  /** Calls a function of the schema. */
  call(name: string, ...values: readonly unknown[]): Promise<Row[]> {
    return this.#ask(`SELECT * FROM sallyport_queue.${name}(${values.map((_, index) => `$${index + 1}`).join(", ")})`, values);
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*`. A statement that was not answered may still be carried out. */
  async #ask(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    let client: PoolClient | undefined;
    let answered = false;
    try {
      client = await this.#connect();
      const { rows } = await this.#inTime(client.query<Row>(text, [...values]));
      answered = true;
      return rows;
    } catch (error) {
      answered = stateOf(error) !== undefined;
      throw told(error);
    } finally {
      client?.release(!answered);
    }
  }

  async #connect(): Promise<PoolClient> {
    const connecting = this.#pool.connect();
    const client = await this.#inTime(connecting).catch((error: unknown) => {
      connecting.then((late) => late.release(), ignore);
      throw error;
    });
    hear(client);
    return client;
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const ms = this.settings.answerWithinMs;
    const timer = setTimeout(() => reject(new Error(`PostgreSQL did not answer within ${ms} ms`)), ms);
    return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}

/** A taking of a message, told by its lease from a later one of the same message. */
interface Held {
  readonly seq: string;
  readonly lease: string;
}

class Member implements Subscription {
  readonly #transport: PostgresTransport;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #held = new Set<Held>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #running: Promise<void>;
  #bell = Promise.withResolvers<void>();
  #paused = false;
  #closed = false;
  #failing = false;
  #sweptAt = -Infinity;

  constructor(transport: PostgresTransport, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void) {
    this.#transport = transport;
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#heartbeat = setInterval(() => void this.#prolong().catch(ignore), transport.settings.leaseMs / 3);
    this.#running = this.#run();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  wake(destination?: string): void {
    if (destination === undefined || destination === this.#options.destination) this.#bell.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.wake();
    clearInterval(this.#heartbeat);
    await this.#running;
    const held = [...this.#held];
    this.#held.clear();
    // Where it cannot be said, the lease runs out.
    if (held.length > 0) await this.#postpone(held, 0, false).catch(ignore);
    this.#transport.members.delete(this);
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#bell = Promise.withResolvers();
      const waitMs = await this.#fetch().then(
        (ms) => this.#tell(undefined, ms),
        (error: unknown) => this.#tell(isSallyportError(error) ? error.code : "ERR_TRANSPORT_UNAVAILABLE", TRY_AGAIN_MS),
      );
      if (this.#closed) return;
      const timer = setTimeout(() => this.wake(), waitMs);
      await this.#bell.promise;
      clearTimeout(timer);
    }
  }

  #tell(failure: ErrorCode | undefined, waitMs: number): number {
    if (failure !== undefined || this.#failing) this.#options.onFetch?.(failure);
    this.#failing = failure !== undefined;
    return waitMs;
  }

  /** @returns after how long to look again, unless woken. */
  async #fetch(): Promise<number> {
    const { leaseMs, pollMs, retentionMs } = this.#transport.settings;
    const room = this.#options.prefetch - this.#held.size;
    if (this.#paused || room <= 0) return pollMs;
    await this.#transport.listen();
    if (performance.now() - this.#sweptAt > SWEEP_MS) {
      await this.#transport.call("sweep", retentionMs);
      this.#sweptAt = performance.now();
    }
    const lease = randomUUID();
    const rows = await this.#call("take", this.#options.ordering === "key", room, lease, leaseMs);
    const deliveries = rows.filter(({ seq }) => seq !== null).map((row) => this.#deliver(row, lease));
    if (deliveries.length > 0 && !this.#closed) this.#onDeliveries(deliveries);
    return deliveries.length === room ? 0 : Math.min(pollMs, rows[0]?.["next_due_ms"] ?? pollMs);
  }

  #deliver(row: Row, lease: string): Delivery {
    const held: Held = { seq: row["seq"], lease };
    this.#held.add(held);
    return {
      bytes: row["bytes"],
      destination: this.#options.destination,
      enqueuedAtMs: row["enqueued_at_ms"],
      brokerId: held.seq,
      ack: () => this.#settle(held, () => this.#call("acknowledge", held.seq)),
      retryAfter: (delayMs) => this.#settle(held, () => this.#postpone([held], delayMs, false)),
    };
  }

  /** What could not be recorded stays out: whoever has it tries again. */
  async #settle(held: Held, record: () => Promise<unknown>): Promise<void> {
    await record();
    this.#held.delete(held);
    this.wake();
  }

  async #prolong(): Promise<void> {
    if (this.#held.size > 0) await this.#postpone([...this.#held], this.#transport.settings.leaseMs, true);
  }

  #postpone(held: readonly Held[], delayMs: number, keepLease: boolean): Promise<Row[]> {
    const numbers = held.map(({ seq }) => seq);
    const leases = held.map(({ lease }) => lease);
    return this.#call("postpone", numbers, leases, delayMs, keepLease);
  }

  #call(name: string, ...values: readonly unknown[]): Promise<Row[]> {
    return this.#transport.call(name, this.#options.destination, this.#options.group, ...values);
  }
}

/** The server's own word on why, if the failure is one. */
function stateOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[\dA-Z]{5}$/.test(code) && "severity" in (error as object) ? code : undefined;
}

/** What another try may mend (connection, resources, shutdown, a replica, a conflict) is not a refusal. */
function told(error: unknown): SallyportError {
  const state = stateOf(error);
  const passing = state === undefined || /^(?:08|25|40|53|55|57|58)/.test(state);
  const remedy = passing ? "See that it runs and can be reached" : "See that schema.sql was run, and grant what is lacking";
  const said = passing ? "PostgreSQL did not confirm" : `PostgreSQL refused (${state})`;
  return new SallyportError(passing ? "ERR_TRANSPORT_UNAVAILABLE" : "ERR_TRANSPORT_REFUSED", said, { cause: error, remedy });
}

// What the transport uses of a Redis client that the user hands in: commands whose answers are bytes, scripts, and a
// second connection to wait on. Text would change every byte that is not UTF-8.
import { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { Digests } from "./digest.ts";
import { isUnknownScript } from "./failure.ts";
import type { Patience } from "./gathering.ts";
import { infoOfEach, isRoutingNodeRedis } from "./servers.ts";
import { transportError, unanswered } from "./stream-failure.ts";

export type RedisArgument = string | Buffer;

interface Events {
  on(event: "error", listener: (error: unknown) => void): unknown;
}

/** A client of ioredis, single or cluster. */
export interface IoRedisClient extends Events {
  callBuffer(command: string, args: RedisArgument[]): Promise<unknown>;
  duplicate(): IoRedisClient;
  disconnect(): void;
}

/** A single client of node-redis from version 5 on. It must have been connected. */
export interface NodeRedisClient extends Events {
  sendCommand(args: readonly RedisArgument[], options: { typeMapping: { 36: typeof Buffer } }): Promise<unknown>;
  duplicate(): NodeRedisClient;
  connect(): Promise<unknown>;
  destroy(): void;
}

export type RedisStreamsClient = IoRedisClient | NodeRedisClient;

/** Bulk strings, which all that anyone has sent comes back as. */
const AS_BYTES = { typeMapping: { 36: Buffer } } as const;

interface Run {
  readonly script: string;
  readonly keys: readonly string[];
  readonly args: readonly RedisArgument[];
  readonly suffix: "" | "_RO";
  readonly wait: (answer: Promise<unknown>) => Promise<unknown>;
}

export class StreamConnection {
  readonly answerWithinMs: number;
  readonly patience: Patience;
  readonly #client: RedisStreamsClient;
  readonly #clock: Clock;
  readonly #digests = {
    "": new Digests((args) => this.command("EVAL", args)),
    _RO: new Digests((args) => this.command("EVAL_RO", args)),
  };

  constructor(client: RedisStreamsClient, options: { readonly answerWithinMs: number; readonly clock: Clock }) {
    refuseUnfit(client);
    this.#client = client;
    this.answerWithinMs = options.answerWithinMs;
    this.#clock = options.clock;
    this.patience = { waitMs: options.answerWithinMs, clock: options.clock, unanswered };
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*`. What was not answered may still be carried out. */
  async command(name: string, args: readonly RedisArgument[]): Promise<unknown> {
    try {
      return await this.#answered(ask(this.#client, name, args));
    } catch (error) {
      throw transportError(error);
    }
  }

  /** What the server says of itself; of a cluster, every server that answers. */
  async info(): Promise<readonly string[]> {
    const one = String(await this.command("INFO", []));
    // By then a cluster's client knows them.
    return [one, ...(await infoOfEach(this.#client, (answer) => this.#answered(answer)))];
  }

  /** Runs a script as one atomic operation. All keys are of one slot. */
  run(script: string, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    return this.#run({ script, keys, args, suffix: "", wait: (answer) => this.#answered(answer) });
  }

  /** One that changes nothing, for users who may not. */
  runReading(script: string, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    return this.#run({ script, keys, args, suffix: "_RO", wait: (answer) => this.#answered(answer) });
  }

  /** One that must not be asked again while it may still be carried out: waits as long as the client does. */
  runPatiently(script: string, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    return this.#run({ script, keys, args, suffix: "", wait: (answer) => answer });
  }

  /** A connection of its own, since whoever waits on one holds up all others on it. */
  listener(): Listener {
    return new Listener(this.#client.duplicate());
  }

  async #run({ script, keys, args, suffix, wait }: Run): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await wait(ask(this.#client, `EVALSHA${suffix}`, [await this.#digests[suffix].of(script), ...rest]));
    } catch (error) {
      if (!isUnknownScript(error)) throw transportError(error);
    }
    try {
      return await wait(ask(this.#client, `EVAL${suffix}`, [script, ...rest]));
    } catch (error) {
      throw transportError(error);
    }
  }

  #answered(answer: Promise<unknown>): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancel = this.#clock.after(this.answerWithinMs, () => reject(unanswered(this.answerWithinMs)));
    answer.then(resolve, reject).finally(cancel);
    return promise;
  }
}

export class Listener {
  readonly #client: RedisStreamsClient;
  #connected: Promise<unknown> | undefined;

  constructor(client: RedisStreamsClient) {
    this.#client = client;
    // What fails here fails the wait, and there it is dealt with.
    client.on("error", () => undefined);
  }

  /** Whether there is something new; false when it has waited long enough. */
  async wait(args: readonly RedisArgument[]): Promise<boolean> {
    if ("destroy" in this.#client) await this.#connect(this.#client);
    return (await ask(this.#client, "XREAD", args)) !== null;
  }

  close(): void {
    try {
      if ("destroy" in this.#client) this.#client.destroy();
      else this.#client.disconnect();
    } catch {
      // One that was never opened, or has given up, is closed.
    }
  }

  async #connect(client: NodeRedisClient): Promise<void> {
    this.#connected ??= client.connect();
    try {
      await this.#connected;
    } catch (error) {
      // It has given up, and is closed; the next wait opens it again.
      this.#connected = undefined;
      throw error;
    }
  }
}

async function ask(client: RedisStreamsClient, name: string, args: readonly RedisArgument[]): Promise<unknown> {
  return "callBuffer" in client ? client.callBuffer(name, [...args]) : client.sendCommand([name, ...args], AS_BYTES);
}

interface HandedIn {
  readonly callBuffer?: unknown;
  readonly sendCommand?: unknown;
  readonly duplicate?: unknown;
  readonly options?: { readonly enableAutoPipelining?: boolean };
}

function refuseUnfit(client: HandedIn): void {
  const fit = "Hand in a client of ioredis, single or cluster, or a single client of node-redis 5 or later.";
  const refuse = (what: string, remedy = fit): never => {
    throw new SallyportError("ERR_CONFIG_INVALID", what, { place: "the client of the Redis transport", remedy });
  };
  if (isRoutingNodeRedis(client)) refuse("a client of node-redis for a cluster or sentinels is not asked as a single one is");
  if (client.callBuffer === undefined && client.sendCommand === undefined) refuse("this client cannot be asked for bytes");
  // Of a command that is to be answered in bytes, ioredis then loses the name.
  if (client.callBuffer !== undefined && client.options?.enableAutoPipelining === true)
    refuse("a client with enableAutoPipelining cannot be asked for bytes", "Hand in one without it: what is asked together goes together.");
  if (client.duplicate === undefined) refuse("this client cannot be duplicated, and waiting needs a connection of its own");
}

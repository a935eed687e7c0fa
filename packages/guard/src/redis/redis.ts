// What the stores use of a Redis client that the user hands in: one command at a time, and scripts.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { isUnknownScript, storeError } from "./failure.ts";
import { INFO, refuseForgetful } from "./forgetful.ts";

/** A client of ioredis, single or cluster, has `call`; one of node-redis has `sendCommand`. Both pipeline by themselves. */
export type RedisClient =
  | { call(command: string, args: string[]): Promise<unknown> }
  | { sendCommand(args: readonly string[]): Promise<unknown> };

export interface RedisOptions {
  /** Before every key. Default `sallyport`. */
  readonly prefix?: string;
  /** After this without an answer the store is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
  /** For {@link RedisOptions.answerWithinMs} alone: whatever else is a time is the server's. */
  readonly clock?: Clock;
}

/** Key names are put together around hash tags: what makes those belongs in no prefix. */
const PREFIX = /^[A-Za-z0-9._-]{1,64}$/;

export class Redis {
  readonly prefix: string;
  readonly #client: RedisClient;
  readonly #answerWithinMs: number;
  readonly #clock: Clock;
  /** Of scripts that a server has. */
  readonly #digests = new Map<string, Promise<string>>();
  #checked: Promise<void> | undefined;

  /** @throws {SallyportError} `ERR_CONFIG_INVALID` for a prefix that is not 1 to 64 letters, digits, '.', '_' and '-'. */
  constructor(client: RedisClient, { prefix = "sallyport", answerWithinMs = 5000, clock = systemClock }: RedisOptions = {}) {
    if (!PREFIX.test(prefix)) {
      throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for keys`, {
        place: "the Redis store's prefix",
        remedy: "Use 1 to 64 letters, digits, '.', '_' and '-'.",
      });
    }
    this.prefix = prefix;
    this.#client = client;
    this.#answerWithinMs = answerWithinMs;
    this.#clock = clock;
  }

  /**
   * Runs a script as one atomic operation, by its digest where the server has it. In a cluster every key must be of one
   * slot, and each server has scripts of its own.
   * @throws {SallyportError} `ERR_STORE_UNAVAILABLE` or `ERR_STORE_FULL`; `ERR_CONFIG_CAPABILITY` for a server that may forget. What was not answered may still be carried out.
   */
  async run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      await (this.#checked ??= this.#check(keys));
      return await this.#command("EVALSHA", [await this.#digestOf(script), ...rest]);
    } catch (error) {
      if (!isUnknownScript(error)) throw storeError(error);
    }
    try {
      // Another server of the cluster, or one that has started anew, as it may be set now.
      await this.#check(keys);
      return await this.#command("EVAL", [script, ...rest]);
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Before anything is kept there. As a script, because that goes to the server which has the keys. */
  async #check(keys: readonly string[]): Promise<void> {
    try {
      refuseForgetful(String(await this.#command("EVAL", [INFO, String(keys.length), ...keys])));
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
  }

  #digestOf(script: string): Promise<string> {
    let digest = this.#digests.get(script);
    if (digest === undefined) {
      digest = this.#command("SCRIPT", ["LOAD", script]).then(String);
      this.#digests.set(script, digest);
      digest.catch(() => this.#digests.delete(script));
    }
    return digest;
  }

  #command(name: string, args: string[]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancel = this.#clock.after(this.#answerWithinMs, () => reject(unanswered(this.#answerWithinMs)));
    void this.#send(name, args).then(resolve, reject).finally(cancel);
    return promise;
  }

  /** A client that is closed may throw at once. */
  async #send(name: string, args: string[]): Promise<unknown> {
    const client = this.#client;
    return "call" in client ? client.call(name, args) : client.sendCommand([name, ...args]);
  }
}

const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_STORE_UNAVAILABLE", `Redis did not answer within ${ms} ms`, {
    remedy: "See whether the server runs and can be reached from here.",
  });

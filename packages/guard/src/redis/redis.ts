// What the stores use of a Redis client that the user hands in: one command at a time, and scripts.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { Digests } from "./digest.ts";
import { answersOf, argumentsOf, type Asked, keysOf, tagOf } from "./each.ts";
import { isOfManySlots, isUnknownScript, storeError } from "./failure.ts";
import { INFO, isAlone, refuseForgetful } from "./forgetful.ts";
import { Gathering } from "./gathering.ts";
import { infoOfEach, isRoutingNodeRedis } from "./servers.ts";

/** A client of ioredis, single or cluster, has `call`; one of node-redis has `sendCommand`. Both pipeline by themselves. */
export type RedisClient =
  | { call(command: string, args: string[]): Promise<unknown> }
  | { sendCommand(args: readonly string[], options: typeof AS_TEXT): Promise<unknown> };

/** However the client is set: a kind that came as bytes would be none of those that are known. */
const AS_TEXT = { typeMapping: {} } as const;

export interface RedisOptions {
  /** Before every key. Default `sallyport`. */
  readonly prefix?: string;
  /** After this without an answer the store is said to be unavailable; to what waits behind it, within as long again. Default 5 s. */
  readonly answerWithinMs?: number;
  /** For {@link RedisOptions.answerWithinMs} alone: whatever else is a time is the server's. */
  readonly clock?: Clock;
}

interface Ask extends Asked {
  readonly script: string;
}

/** Key names are put together around hash tags: what makes those belongs in no prefix. */
const PREFIX = /^[A-Za-z0-9._-]{1,64}$/;

export class Redis {
  readonly prefix: string;
  readonly #client: RedisClient;
  readonly #answerWithinMs: number;
  readonly #clock: Clock;
  readonly #digests = new Digests((args) => this.#command("EVAL", [...args]));
  readonly #gathering: Gathering<Ask, unknown>;
  #checked: Promise<void> | undefined;
  /** No cluster, so that keys of all slots may go together; `undefined` when not known yet. */
  #isAlone: boolean | undefined;

  /**
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for a prefix that is not 1 to 64 letters, digits, '.', '_' and '-', and for a
   * client of node-redis for a cluster or sentinels.
   */
  constructor(client: RedisClient, { prefix = "sallyport", answerWithinMs = 5000, clock = systemClock }: RedisOptions = {}) {
    if (!PREFIX.test(prefix)) {
      throw new SallyportError("ERR_CONFIG_INVALID", `"${prefix}" is not a prefix for keys`, {
        place: "the Redis store's prefix",
        remedy: "Use 1 to 64 letters, digits, '.', '_' and '-'.",
      });
    }
    if (isRoutingNodeRedis(client)) {
      throw new SallyportError("ERR_CONFIG_INVALID", "a client of node-redis for a cluster or sentinels is not asked as a single one is", {
        place: "the client of the Redis store",
        remedy: "Hand in a client of ioredis, single or cluster, or a single client of node-redis.",
      });
    }
    this.prefix = prefix;
    this.#client = client;
    this.#answerWithinMs = answerWithinMs;
    this.#clock = clock;
    this.#gathering = new Gathering((asks) => this.#runAll(asks), { waitMs: answerWithinMs, clock, unanswered });
  }

  /**
   * Runs a script as one atomic operation, by its digest where the server has it. It is never loaded beforehand: a server
   * that has it was looked at. In a cluster every key must be of one slot, and each server has scripts of its own.
   * @throws {SallyportError} `ERR_STORE_UNAVAILABLE` or `ERR_STORE_FULL`; `ERR_CONFIG_CAPABILITY` for a server that may forget. What was not answered may still be carried out.
   */
  async run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      await (this.#checked ??= this.#checkAll(keys));
      return await this.#command("EVALSHA", [await this.#digests.of(script), ...rest]);
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

  /**
   * As {@link run}, for a script of `eachOf`: what is asked at the same time is one command, of which each is answered
   * for itself. In a cluster that is what is of one slot.
   */
  each(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const lane = this.#isAlone === false ? `${tagOf(keys[0] ?? "")} ${script}` : script;
    return this.#gathering.add(lane, { script, keys, args: args.map(String) });
  }

  async #runAll(asks: readonly Ask[]): Promise<readonly PromiseSettledResult<unknown>[]> {
    const { script, keys } = asks[0] as Ask;
    try {
      await (this.#checked ??= this.#checkAll(keys));
      const isOfOneSlot = this.#isAlone !== false || new Set(asks.map((ask) => tagOf(ask.keys[0] ?? ""))).size === 1;
      if (!isOfOneSlot) return await this.#apart(asks);
      return answersOf(await this.run(script, keysOf(asks), argumentsOf(asks)), (message) => storeError(new Error(message)));
    } catch (error) {
      if (asks.length === 1 || !isOfManySlots(error)) throw storeError(error);
      // A cluster that says it is none. It has carried out nothing.
      this.#isAlone = false;
      return this.#apart(asks);
    }
  }

  #apart(asks: readonly Ask[]): Promise<readonly PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(asks.map(({ script, keys, args }) => this.each(script, keys, args)));
  }

  /** Before anything is kept anywhere: of a cluster, every server that answers. */
  async #checkAll(keys: readonly string[]): Promise<void> {
    try {
      await this.#check(keys);
      for (const told of await infoOfEach(this.#client, (answer) => this.#answered(answer))) refuseForgetful(told);
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
  }

  /** As a script, because that goes to the server which has the keys. */
  async #check(keys: readonly string[]): Promise<void> {
    try {
      const info = String(await this.#command("EVAL", [INFO, String(keys.length), ...keys]));
      refuseForgetful(info);
      this.#isAlone = isAlone(info);
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
  }

  #command(name: string, args: string[]): Promise<unknown> {
    return this.#answered(this.#send(name, args));
  }

  #answered(answer: Promise<unknown>): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancel = this.#clock.after(this.#answerWithinMs, () => reject(unanswered(this.#answerWithinMs)));
    void answer.then(resolve, reject).finally(cancel);
    return promise;
  }

  /** A client that is closed may throw at once. */
  async #send(name: string, args: string[]): Promise<unknown> {
    const client = this.#client;
    return "call" in client ? client.call(name, args) : client.sendCommand([name, ...args], AS_TEXT);
  }
}

const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_STORE_UNAVAILABLE", `Redis did not answer within ${ms} ms`, {
    remedy: "See whether the server runs and can be reached from here.",
  });

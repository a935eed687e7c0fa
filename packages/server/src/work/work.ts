// The worker: one consumer with the user's handlers, its health, and its drain.
import { type ConsumePolicy, Consumer, type Contract, type KeyRing } from "@sallyport/guard";
import type { Backing } from "../backing.ts";
import { kindOfCause } from "../brokers/unreachable.ts";
import { type Health, healthChecksOf, healthOf } from "../health.ts";
import type { Running } from "../lifecycle.ts";
import { fieldsOf, type Log } from "../logs.ts";
import type { HandlerMap } from "./handlers.ts";

export interface WorkOptions {
  readonly contract: Contract<any>;
  readonly keys: KeyRing;
  readonly backing: Backing;
  readonly handlers: HandlerMap;
  /** Consumer group. Default: the contract's name. */
  readonly group?: string;
  readonly tenants?: readonly string[];
  readonly policy?: Partial<ConsumePolicy>;
  readonly log: Log;
}

export interface Working extends Running {
  readonly health: Health;
}

/** @throws {SallyportError} `ERR_CONFIG_*` when a promise could not be kept with these options. */
export async function startWork({ contract, keys, backing, handlers, group, tenants, policy, log }: WorkOptions): Promise<Working> {
  const { transport, claims, deadLetters, trail } = backing;
  let draining = false;
  const consumer = new Consumer<Contract<any>>({
    contract,
    keys,
    transport,
    claims,
    deadLetters,
    trail,
    handlers,
    group: group ?? contract.name,
    ...(tenants && { tenants }),
    ...(policy && { policy }),
    onFailure: ({ eventId, eventType, attempt, error, reason }) =>
      log("warn", reason === undefined ? "a handler failed" : "a handler rejected", {
        event: eventType,
        id: eventId,
        attempt,
        ...(reason === undefined ? fieldsOf(error) : { reason }),
      }),
    observer: {
      decided: (door, decision, code, event) => log(code === undefined ? "debug" : "warn", decision, { door, code, event }),
      // What caused it is the client's own, and its text may quote a password (OPS-05).
      holding: (held, code, why) =>
        log(held ? "warn" : "info", held ? "holding: something does not answer" : "no longer holding", {
          code,
          error: why?.message,
          cause: kindOfCause(why?.cause),
        }),
    },
  });
  await consumer.start();
  return {
    health: healthOf({
      ...healthChecksOf(backing),
      holding: () => !consumer.held,
      draining: () => !draining,
    }),
    close: (deadlineMs) => {
      draining = true;
      return consumer.drain(deadlineMs);
    },
  };
}

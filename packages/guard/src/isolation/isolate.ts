// Handlers in threads of their own, so that one that never yields can be ended and one that crashes takes nothing
// with it (PSN-06). A guard against faults, not a sandbox: the module is your own code and may do what you may. What
// ends the whole process (memory, native code, process.abort) ends it from a thread, too; that is PSN-07's.
import type { ResourceLimits } from "node:worker_threads";
import type { Handlers } from "../consume/consumer.ts";
import type { Handler } from "../consume/handle.ts";
import type { Contract } from "../contract/contract.ts";
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { HandlerPool } from "./pool.ts";

export interface IsolationOptions {
  /**
   * Most threads, each with one message at a time. Default 16, as is the consumer's `policy.concurrency`. Give it at
   * least the concurrency of the consumers that use it, times their destinations: a message that waits for a thread
   * waits within its own deadline. Threads are started when they are first needed.
   */
  readonly threads?: number;
  /** How long a handler may go on after its abort (deadline, lost claim, stop) before its thread is ended. Default 1 s. */
  readonly terminateAfterMs?: number;
  /** A message that got no thread for this long is given back, and no attempt is used up. Default 5 s. */
  readonly startWithinMs?: number;
  /** For importing the module, in each thread. Default 10 s. */
  readonly loadWithinMs?: number;
  /**
   * Of each thread: `maxOldGenerationSizeMb` and so on. At its limit Node ends the thread where it can, and otherwise
   * the process (nodejs/node#47224): the attempt then counts as a crash (PSN-07). Buffers are not bounded.
   */
  readonly resourceLimits?: ResourceLimits;
  readonly clock?: Clock;
  /** A thread that had to be ended or ended itself, an answer that cannot leave it. Default: a process warning. */
  readonly onFault?: (fault: SallyportError) => void;
}

export interface IsolatedHandlers<C extends Contract> {
  /** For the consumer's `handlers`. */
  readonly handlers: Handlers<C>;
  /** Drain the consumer first. Waits until the deadline for what is in work, then ends every thread. Default 5 s. */
  close(deadlineMs?: number): Promise<void>;
}

/**
 * Imports the module in a thread and resolves with its handlers: what it exports as `default` or as `handlers`, an
 * object of event type to function. They answer nothing, `retry`, `reject` or `unavailable`; not `commitWith`, since a
 * function cannot leave its thread. `isolate<typeof yourContract>(new URL("./handlers.js", import.meta.url))`.
 * @throws {SallyportError} `ERR_CONFIG_INVALID` when the module cannot be used.
 */
export async function isolate<C extends Contract>(module: URL | string, options: IsolationOptions = {}): Promise<IsolatedHandlers<C>> {
  const pool = new HandlerPool({
    module: fileUrl(module),
    threads: whole("threads", options.threads ?? 16, 1),
    terminateAfterMs: whole("terminateAfterMs", options.terminateAfterMs ?? 1000, 0),
    startWithinMs: whole("startWithinMs", options.startWithinMs ?? 5000, 1),
    loadWithinMs: whole("loadWithinMs", options.loadWithinMs ?? 10_000, 1),
    resourceLimits: options.resourceLimits,
    clock: options.clock ?? systemClock,
    onFault: options.onFault ?? warn,
  });
  const types = await pool.open();
  const handler: Handler = async (event, context) => pool.run(event, context);
  return {
    handlers: Object.fromEntries(types.map((type) => [type, handler])) as Handlers<C>,
    close: (deadlineMs = 5000) => pool.close(deadlineMs),
  };
}

const warn = (fault: SallyportError): void => process.emitWarning(fault.message, { type: "SallyportWarning", code: fault.code });

function fileUrl(module: URL | string): URL {
  const url = module instanceof URL ? module : URL.canParse(module) ? new URL(module) : undefined;
  if (url?.protocol === "file:") return url;
  throw new SallyportError("ERR_CONFIG_INVALID", `${JSON.stringify(String(module))} is not the URL of a file`, {
    place: "module",
    remedy: 'Give new URL("./handlers.js", import.meta.url).',
  });
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new SallyportError("ERR_CONFIG_INVALID", `${String(value)} is not a whole number of at least ${least}`, {
    place: name,
    remedy: "Give one.",
  });
}

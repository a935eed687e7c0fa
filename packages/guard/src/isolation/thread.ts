// One thread that runs one handler at a time, and can be ended whatever the handler does. It never starts another:
// which threads there are is the pool's to say.
import { type ResourceLimits, Worker } from "node:worker_threads";
import type { ReceivedEvent } from "../consume/examine.ts";
import type { HandlerContext } from "../consume/handle.ts";
import type { Outcome } from "../consume/outcome.ts";
import { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { errorOfReply, type Reply, type Request, type ThreadData } from "./messages.ts";

export interface ThreadOptions {
  readonly module: URL;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly loadWithinMs: number;
  readonly terminateAfterMs: number;
  readonly clock: Clock;
}

interface Settling<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: SallyportError) => void;
}

interface Job extends Settling<Reply> {
  readonly eventType: string;
}

// The entry stands beside this file: as TypeScript in the sources, as JavaScript in what is published.
const ENTRY = new URL(`./thread-entry${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url);

export class HandlerThread {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  #loading: Settling<readonly string[]> | undefined;
  #job: Job | undefined;
  #over = false;
  /** Resolves when the thread is gone, for whatever reason. */
  readonly gone: Promise<void>;

  constructor(options: ThreadOptions) {
    this.#options = options;
    const workerData: ThreadData = { module: options.module.href };
    this.#worker = new Worker(ENTRY, { workerData, ...(options.resourceLimits && { resourceLimits: options.resourceLimits }) });
    this.#worker.on("message", (reply: Reply) => this.#hear(reply));
    this.#worker.on("messageerror", (error) => this.#fall("sent what cannot be read", error));
    this.#worker.on("error", (error) => this.#fall("ended by an error that nothing caught", error));
    this.gone = new Promise((resolve) => {
      this.#worker.on("exit", (exitCode) => {
        this.#over = true;
        this.#fall(`ended with exit code ${exitCode}`, undefined);
        resolve();
      });
    });
  }

  /** False when the thread is gone or going. */
  get usable(): boolean {
    return !this.#over;
  }

  /** The types that the module has handlers for. @throws {SallyportError} `ERR_CONFIG_INVALID` when it cannot be used. */
  async load(): Promise<readonly string[]> {
    const { clock, loadWithinMs } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    this.#loading = { resolve, reject };
    const cancel = clock.after(loadWithinMs, () => reject(this.#unloadable(`it did not load within ${loadWithinMs} ms`, undefined)));
    try {
      return await promise;
    } catch (error) {
      void this.end();
      throw error;
    } finally {
      cancel();
      this.#loading = undefined;
      this.#rest();
    }
  }

  /** `onAbort` is called when the handler has been told to stop; it then has `terminateAfterMs` to do so (PSN-06). */
  async run(event: ReceivedEvent, context: HandlerContext, onAbort: () => void): Promise<Outcome | undefined> {
    const { signal, attempt, fencingToken } = context;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    let cancelGrace = (): void => undefined;
    const abort = (): void => {
      this.#tell({ kind: "abort", reason: typeof signal.reason === "string" ? signal.reason : undefined });
      cancelGrace = this.#options.clock.after(this.#options.terminateAfterMs, () => this.#terminate(event.type));
      onAbort();
    };
    this.#tell({ kind: "run", event, attempt, fencingToken });
    this.#job = { eventType: event.type, resolve, reject };
    this.#worker.ref();
    signal.addEventListener("abort", abort, { once: true });
    try {
      return outcomeOf(await promise, event.type);
    } finally {
      this.#job = undefined;
      cancelGrace();
      signal.removeEventListener("abort", abort);
      this.#rest();
    }
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#worker.terminate();
  }

  /** An idle thread does not keep the process alive; one that is ending does until it is gone. */
  #rest(): void {
    if (!this.#over) this.#worker.unref();
  }

  #tell(request: Request): void {
    try {
      this.#worker.postMessage(request, []);
    } catch (cause) {
      throw new SallyportError("ERR_HANDLER_FAILED", "the event's data cannot be copied into another thread", {
        cause,
        remedy: "Let the schema give plain data, without functions; or run this handler without isolation.",
      });
    }
  }

  #hear(reply: Reply): void {
    if (reply.kind === "loaded") this.#loading?.resolve(reply.types);
    else if (reply.kind === "unloadable") this.#loading?.reject(this.#unloadable(reply.message, undefined));
    else this.#job?.resolve(reply);
  }

  #terminate(eventType: string): void {
    const what = `the handler of ${eventType} did not end within ${this.#options.terminateAfterMs} ms of its abort, and its thread was ended`;
    this.#job?.reject(
      new SallyportError("ERR_HANDLER_DEADLINE", what, { remedy: "Let it watch the context's signal, and never loop without end." }),
    );
    void this.end();
  }

  /** The thread is lost. Whatever it was doing has failed. */
  #fall(how: string, cause: unknown): void {
    this.#over = true;
    this.#loading?.reject(this.#unloadable(cause instanceof Error ? cause.message : `its thread ${how}`, cause));
    this.#job?.reject(
      new SallyportError("ERR_HANDLER_FAILED", `the thread in which the handler of ${this.#job.eventType} ran ${how}`, {
        cause,
        remedy: "Read the cause. The attempt is counted, and the next message gets a new thread.",
      }),
    );
  }

  #unloadable(why: string, cause: unknown): SallyportError {
    return new SallyportError("ERR_CONFIG_INVALID", `the module of handlers cannot be used: ${why}`, {
      place: this.#options.module.href,
      remedy: "Correct the module.",
      ...(cause !== undefined && { cause }),
    });
  }
}

function outcomeOf(reply: Reply, eventType: string): Outcome | undefined {
  if (reply.kind === "outcome") return reply.outcome;
  if (reply.kind === "threw") throw errorOfReply(reply);
  throw new SallyportError(
    "ERR_HANDLER_FAILED",
    `the isolated handler of ${eventType} answered with ${reply.kind === "uncrossable" ? reply.what : reply.kind}`,
    {
      remedy:
        "Only nothing, retry, reject and unavailable can leave a thread. For an effect in the claim's transaction run this handler without isolation; or let the effect check the fencing token.",
    },
  );
}

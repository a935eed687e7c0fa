// Loads the module that handles events: a default export, or one named `handlers`, that is an object of functions by
// event type.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Handler, SallyportError } from "@sallyport/guard";
import { isolate } from "@sallyport/guard/isolation";
import { fieldsOf, type Log } from "../logs.ts";

export type HandlerMap = Readonly<Record<string, Handler<any>>>;

export interface LoadedHandlers {
  readonly handlers: HandlerMap;
  /** After the consumer was drained. */
  readonly close: () => Promise<void>;
}

/**
 * Each message in a thread of its own, which can be ended (PSN-06); at most `threads` at once.
 * @throws {SallyportError} `ERR_CONFIG_INVALID` when the module does not load or has no handlers.
 */
export async function isolateHandlers(path: string, threads: number, log: Log): Promise<LoadedHandlers> {
  const isolated = await isolate(pathToFileURL(resolve(path)), {
    threads,
    onFault: (fault) => log("warn", "a handler's thread was ended", fieldsOf(fault)),
  });
  return { handlers: isolated.handlers as HandlerMap, close: () => isolated.close() };
}

/** @throws {SallyportError} `ERR_CONFIG_INVALID` when the module does not load or has no handlers. */
export async function loadHandlers(path: string): Promise<HandlerMap> {
  const module = await importModule(path);
  const handlers = module["handlers"] ?? module["default"];
  if (typeof handlers !== "object" || handlers === null)
    throw invalid(path, "it exports no handlers", 'Write: export default { "note.created": async (event, context) => { … } };');
  for (const [type, handler] of Object.entries(handlers)) {
    if (typeof handler !== "function")
      throw invalid(path, `the handler of "${type}" is not a function`, "Give a function of (event, context).");
  }
  return handlers as HandlerMap;
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(path, `it does not load: ${why}`, "Give a JavaScript module, or TypeScript that Node can strip.", cause);
  }
}

const invalid = (path: string, what: string, remedy: string, cause?: unknown): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", `the handlers cannot be used: ${what}`, { place: path, remedy, cause });

// What runs inside a thread: imports the user's module once, then runs one handler at a time. It decides nothing:
// the pool ends the thread, the consume door settles the message.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Handler } from "../consume/handle.ts";
import { withCause } from "../envelope/causation.ts";
import { type Reply, replyOfError, replyOfOutcome, type Request, type ThreadData } from "./messages.ts";

const port = portOfThread();
const say = (reply: Reply): void => port.postMessage(reply);

let current: AbortController | undefined;

void start();

// No await at the top level: ending a thread inside such a module can abort the whole process (nodejs/node#43182).
async function start(): Promise<void> {
  try {
    const { module } = workerData as ThreadData;
    const handlers = handlersOf((await import(module)) as Record<string, unknown>);
    port.on("message", (request: Request) => {
      if (request.kind === "abort") current?.abort(request.reason);
      else void run(handlers, request);
    });
    say({ kind: "loaded", types: [...handlers.keys()] });
  } catch (error) {
    say({ kind: "unloadable", message: error instanceof Error ? error.message : String(error) });
  }
}

async function run(
  handlers: ReadonlyMap<string, Handler>,
  { event, attempt, fencingToken }: Request & { readonly kind: "run" },
): Promise<void> {
  const { signal } = (current = new AbortController());
  const cause = { eventId: event.id, rootId: event.rootId, hop: event.hop };
  let reply: Reply;
  try {
    const handler = handlers.get(event.type)!;
    reply = replyOfOutcome(await withCause(cause, () => handler(event, { signal, attempt, fencingToken })));
  } catch (error) {
    reply = replyOfError(error);
  }
  current = undefined;
  say(reply);
}

function handlersOf(exported: Record<string, unknown>): ReadonlyMap<string, Handler> {
  const given = exported["default"] ?? exported["handlers"];
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  if (entries.length === 0)
    throw new Error("it exports no handlers: neither as `default` nor as `handlers` is there an object of event type to function");
  const wrong = entries.find(([, handler]) => typeof handler !== "function");
  if (wrong !== undefined) throw new Error(`its handler of "${wrong[0]}" is not a function`);
  return new Map(entries as [string, Handler][]);
}

function portOfThread(): MessagePort {
  if (parentPort === null) throw new Error("this file runs inside the threads of isolate()");
  return parentPort;
}

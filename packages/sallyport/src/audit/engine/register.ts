// Who is let in, each once, and in what order they run.
import type { ConsumerEntry, Entry, Event, ToolEntry } from "./events.ts";
import { given } from "./paths.ts";
import { signatureOf } from "./signature.ts";
import type { Origin } from "./taint.ts";

export interface Register {
  readonly entries: readonly Entry[];
  note(next: Entry): void;
  consumer(origin: Origin, make: () => ConsumerEntry): ConsumerEntry;
  /** False where the same was registered before. */
  add(next: Entry): boolean;
  queue(entry: Entry, run: () => void): void;
  /** Runs whoever waits, and who comes meanwhile. */
  settle(): void;
  /**
   * What one leaves behind (a connection that a tool opened, messages that a listener gathered) is there for another,
   * whoever came first: then all run once more, and what was seen the first time is not told.
   */
  again(events: Event[]): void;
}

export function makeRegister(): Register {
  const entries: Entry[] = [];
  const tools = new Set<string>();
  const consumers = new Map<Origin, ConsumerEntry>();
  const waiting: { readonly entry: Entry; readonly run: () => void }[] = [];
  const everybody: { readonly entry: Entry; readonly run: () => void }[] = [];

  /** Registered before, in the same way: a server is often made once for each session. */
  const isKnown = (tool: ToolEntry): boolean => {
    const key = `${tool.file}:${tool.at}:${tool.name}:${tool.handler === undefined ? "" : signatureOf(tool.handler, given(), true)}`;
    if (tools.has(key)) return true;
    tools.add(key);
    return false;
  };

  const settle = (): void => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      everybody.push(next);
      next.run();
    }
  };

  return {
    entries,
    note: (next) => {
      const known = entries.some((one) => one.kind === "consumer" && next.kind === "consumer" && one.origin === next.origin);
      if (!known) entries.push(next);
    },
    consumer: (origin, make) => {
      const known = consumers.get(origin) ?? make();
      consumers.set(origin, known);
      return known;
    },
    add: (next) => {
      if (next.kind === "tool" && isKnown(next)) return false;
      if (!entries.includes(next)) entries.push(next);
      return true;
    },
    queue: (entry, run) => void waiting.push({ entry, run }),
    settle,
    again: (events) => {
      const told = new Set(everybody.map((one) => one.entry));
      const kept = events.filter((event) => !told.has(event.entry) && event.entry.kind !== "consumer");
      events.length = 0;
      for (const event of kept) events.push(event);
      for (const { run } of everybody.splice(0)) run();
      settle();
    },
  };
}

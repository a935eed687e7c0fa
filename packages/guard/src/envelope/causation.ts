// Which verified event is being handled now, so that what its handler publishes carries the chain on (PUB-14).
// Set by the consume door alone; nothing in a message's data or an agent's arguments reaches it.
import { AsyncLocalStorage } from "node:async_hooks";

export interface Cause {
  readonly eventId: string;
  readonly rootId: string;
  readonly hop: number;
}

const current = new AsyncLocalStorage<Cause>();

export const currentCause = (): Cause | undefined => current.getStore();

export const withCause = <T>(cause: Cause, run: () => T): T => current.run(cause, run);

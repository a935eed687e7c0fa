// Declares what is missing, on a channel of its own, which is closed by what is refused.
import { answered, type Connected, openWithin } from "./answered.ts";
import type { AmqpChannel } from "./channel.ts";
import { isForbidden, isMissing, isOtherwise } from "./failure.ts";
import type { Declared } from "./topology.ts";

export interface Declaring extends Connected {
  /**
   * A server writes down which queues it has half a second after they were last asked for. One that is killed before that
   * has lost the queue and all that it confirmed for it: no message reaches a new queue earlier.
   */
  readonly newQueueMs: number;
}

/** Rejects with what the broker refused. Queues are bound when they will last. */
export async function declare(parts: Declaring, all: readonly Declared[]): Promise<void> {
  const isNew = await isSomeMissing(parts, all);
  await make(parts, all);
  if (isNew && parts.newQueueMs > 0) await new Promise<void>((resolve) => void parts.clock.after(parts.newQueueMs, resolve));
  await onChannel(parts, async (channel) => {
    for (const one of all) if (one.kind === "binding") await channel.bind(one.queue, one.exchange, one.routingKey);
  });
}

const make = (parts: Connected, all: readonly Declared[]): Promise<void> =>
  onChannel(parts, async (channel) => {
    for (const one of all) {
      if (one.kind === "exchange") await channel.declareExchange(one.name, one.type);
      else if (one.kind === "queue") await channel.declareQueue(one.name, one.args);
    }
  });

/** For who may not declare: rejects where something is missing. How it was declared cannot be seen. */
export async function check(parts: Connected, all: readonly Declared[]): Promise<void> {
  await onChannel(parts, async (channel) => {
    for (const one of all) {
      if (one.kind === "exchange") await channel.checkExchange(one.name);
      else if (one.kind === "queue") await channel.checkQueue(one.name);
    }
  });
}

export interface Unfit {
  readonly declared: Declared;
  /** Why it is not as it should be; `undefined` when it is not there. */
  readonly cause: unknown;
}

/** What is missing, and what was declared otherwise where the user may declare it and so may see. Changes nothing. */
export async function unfitOf(parts: Connected, all: readonly Declared[]): Promise<readonly Unfit[]> {
  const unfit: Unfit[] = [];
  for (const one of all) {
    if (one.kind === "binding") continue;
    try {
      await check(parts, [one]);
      await make(parts, [one]);
    } catch (error) {
      if (isMissing(error)) unfit.push({ declared: one, cause: undefined });
      else if (isOtherwise(error)) unfit.push({ declared: one, cause: error });
      else if (!isForbidden(error)) throw error;
    }
  }
  return unfit;
}

async function isSomeMissing(parts: Connected, all: readonly Declared[]): Promise<boolean> {
  try {
    await check(
      parts,
      all.filter(({ kind }) => kind === "queue"),
    );
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

async function onChannel(parts: Connected, work: (channel: AmqpChannel) => Promise<void>): Promise<void> {
  const channel = await openWithin(parts, { onLost: () => undefined });
  try {
    await answered(work(channel), parts);
  } finally {
    await answered(channel.close(), parts).catch(() => undefined);
  }
}

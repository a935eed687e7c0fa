// No answer within a time is an answer: the broker, or the way to it, is not there.
import type { AmqpChannel, AmqpConnection, ChannelEvents } from "./channel.ts";
import type { Clock } from "../ports/clock.ts";
import { unanswered } from "./failure.ts";

export interface Patience {
  readonly answerWithinMs: number;
  readonly clock: Clock;
}

/** @throws {SallyportError} `ERR_TRANSPORT_UNAVAILABLE`; what was asked may still be done. */
export function answered<T>(answer: Promise<T>, { answerWithinMs, clock }: Patience): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const cancel = clock.after(answerWithinMs, () => reject(unanswered(answerWithinMs)));
  answer.then(resolve, reject).finally(cancel);
  return promise;
}

export interface Connected extends Patience {
  readonly connection: AmqpConnection;
}

/** A channel that opens after all, when nobody waits for it any more, is closed. */
export async function openWithin(parts: Connected, events: ChannelEvents): Promise<AmqpChannel> {
  const opening = parts.connection.open(events);
  try {
    return await answered(opening, parts);
  } catch (error) {
    opening.then((late) => late.close()).catch(() => undefined);
    throw error;
  }
}

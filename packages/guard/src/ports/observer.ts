// Where the guard says what it is doing, for telemetry and for tests that end the process at a given point.
// An observer sees names, counts and codes: no data, no actor, no error's text. What it does or throws changes nothing.
import type { TraceContext } from "../envelope/attributes.ts";
import { type ErrorCode, isSallyportError, type SallyportError } from "../errors.ts";
import { sayOnce } from "./say-once.ts";

export type { TraceContext };

export const POINTS = [
  "publish:before-send",
  "publish:after-send",
  "publish:after-ledger",
  "consume:received",
  "consume:examined",
  "consume:claimed",
  "consume:handled",
  "consume:committed",
  "consume:acknowledged",
  "consume:failed",
  "consume:condemned",
  "consume:dead-letter-stored",
  "consume:buried",
] as const;

export type Point = (typeof POINTS)[number];

interface Observed {
  readonly eventId: string;
  readonly eventType: string;
  readonly rootId: string;
  readonly destination: string;
  /** As the contract has it, with `{tenant}` where there is one. */
  readonly destinationTemplate: string;
  /** The transport's name. */
  readonly transport: string;
}

/** One event on its way to the broker. */
export interface Sending extends Observed {
  readonly dataBytes: number;
  /** What the caller says it is part of. Unchecked. */
  readonly callerTraceparent: string | undefined;
}

/** One attempt, from the granted claim to the settled delivery. */
export interface Processing extends Observed {
  readonly group: string;
  /** From 1, crashes included. */
  readonly attempt: number;
  readonly generation: number;
  readonly envelopeBytes: number;
  /** What the message says it came from. Unsigned. */
  readonly producerTraceparent: string | undefined;
}

/** How sending or an attempt ended; `code` is the reason when it did not go well. */
export interface Ended {
  readonly decision: "sent" | "failed" | "committed" | "retry" | "dead-letter" | "released" | "lost" | "unsettled";
  readonly code?: ErrorCode | undefined;
}

/** Something that takes time and is being observed. */
export interface Activity {
  /** Travels with the event that is being sent. */
  readonly trace?: TraceContext | undefined;
  /** Calls `start` at once and once, so that what it starts belongs to this activity. */
  within(start: () => void): void;
  end(ended: Ended): void;
}

export interface Observer {
  /** Called when the work named before it is done and the next has not begun. */
  at?(point: Point, eventId: string | undefined): void;
  /** One decision was made; `code` is its reason where there is one. `eventType` is one of the contract's, never a caller's word. */
  decided?(door: "publish" | "consume", decision: string, code: string | undefined, eventType: string | undefined): void;
  /**
   * A consumer is held because something does not answer, or goes on or stops: after each `true` comes one `false`. Why it is
   * held is for those who operate it.
   */
  holding?(held: boolean, code: string | undefined, why?: SallyportError): void;
  sending?(event: Sending): Activity | undefined;
  processing?(event: Processing): Activity | undefined;
}

export const noObserver: Observer = {};

/** The same observer, whose faults are said once on standard error and reach nobody else. */
export function unfailing(observer: Observer | undefined): Observer {
  if (observer === undefined) return noObserver;
  const guarded = guardOf();
  const activityOf = (activity: Activity | undefined): Activity | undefined =>
    activity && {
      trace: guarded(() => activity.trace),
      within: (start) => guarded(() => activity.within(start)),
      end: (ended) => guarded(() => activity.end(ended)),
    };
  // What the observer does not ask for is not made ready for it.
  return {
    ...(observer.at && { at: (point, eventId) => guarded(() => observer.at?.(point, eventId)) }),
    ...(observer.decided && {
      decided: (door, decision, code, eventType) => guarded(() => observer.decided?.(door, decision, code, eventType)),
    }),
    ...(observer.holding && { holding: (...told) => guarded(() => observer.holding?.(...told)) }),
    ...(observer.sending && { sending: (event) => activityOf(guarded(() => observer.sending?.(event))) }),
    ...(observer.processing && { processing: (event) => activityOf(guarded(() => observer.processing?.(event))) }),
  };
}

function guardOf(): <T>(call: () => T) => T | undefined {
  const say = sayOnce("an observer failed and is ignored");
  return (call) => {
    try {
      const answer = call();
      if (answer instanceof Promise) answer.catch(say);
      return answer;
    } catch (error) {
      say(error);
      return undefined;
    }
  };
}

/** Does the work inside the activity, exactly once, whatever the activity does. */
export function watch<T>(activity: Activity | undefined, work: () => Promise<T>, endOf: (result: T) => Ended): Promise<T> {
  return activity === undefined ? work() : watched(activity, work, endOf);
}

async function watched<T>(activity: Activity, work: () => Promise<T>, endOf: (result: T) => Ended): Promise<T> {
  let running: Promise<T> | undefined;
  const start = (): Promise<T> => (running ??= work());
  activity.within(() => void start());
  try {
    const result = await start();
    activity.end(endOf(result));
    return result;
  } catch (error) {
    activity.end({ decision: "failed", code: isSallyportError(error) ? error.code : undefined });
    throw error;
  }
}

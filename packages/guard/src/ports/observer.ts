// Where the guard says what it is doing, for telemetry and for tests that end the process at a given point.

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

export interface Observer {
  /** Called when the work named before it is done and the next has not begun. */
  at?(point: Point, eventId: string | undefined): void;
  /** One decision was made; `code` is its reason where there is one. */
  decided?(door: "publish" | "consume", decision: string, code: string | undefined, eventType: string | undefined): void;
  /** Consumption is held because something does not answer, or goes on again. */
  holding?(held: boolean, code: string | undefined): void;
}

export const noObserver: Observer = {};

// Loaded before all else into a process whose host has a wrong clock: everything in it that asks for the time of day is
// told one that is CLOCK_AHEAD_MS too late, and nothing that measures how long something takes.
const aheadMs = Number(process.env["CLOCK_AHEAD_MS"]);
if (!Number.isSafeInteger(aheadMs)) throw new Error("CLOCK_AHEAD_MS is no number of milliseconds");

const RealDate = Date;
const now = (): number => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === "now" ? now : (Reflect.get(target, name, receiver) as unknown)),
});

// Times as people write them: 500ms, 10s, 5m, 2h, 7d. One unit, whole numbers, no default unit: 5 could mean anything.

export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds; `undefined` when it is not a duration, is nothing, or is beyond what a number counts exactly. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,15})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const [, count = "", unit = ""] = match;
  const durationMs = Number(count) * (UNITS.get(unit) ?? Number.NaN);
  return Number.isSafeInteger(durationMs) ? durationMs : undefined;
}

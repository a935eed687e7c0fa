// RFC 3339, strictly (ENV-6, REP-03). A time that does not parse is `undefined`, never NaN.

const RFC_3339 = /^([1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Milliseconds since 1970, or `undefined`. Leap seconds are not accepted: a POSIX clock never shows one. */
export function parseTime(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, written = "", fraction = "", sign, hours = "0", minutes = "0"] = match;
  const localMs = Date.parse(`${written}Z`);
  // A date that no calendar has is refused or rolled over, so it does not come back as it was written.
  if (Number.isNaN(localMs) || formatTime(localMs).slice(0, 19) !== written) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return localMs + Number(fraction.slice(0, 3).padEnd(3, "0")) - (sign === "-" ? -offsetMs : offsetMs);
}

export const formatTime = (timeMs: number): string => new Date(timeMs).toISOString();

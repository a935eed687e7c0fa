// RFC 3339, strictly (ENV-6, REP-03). A time that does not parse is `undefined`, never NaN.
import { keepingLast } from "./keeping-last.ts";

const RFC_3339 = /^[1-9]\d{3}-\d\d-(\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Milliseconds since 1970, or `undefined`. Leap seconds are not accepted: a POSIX clock never shows one. */
export const parseTime = keepingLast((text: string): number | undefined => {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, day, fraction = "", sign, hours = "", minutes = ""] = match;
  const localMs = Date.parse(`${text.slice(0, 19)}Z`);
  // A date that no calendar has is refused or rolled over, so its day does not come back as it was written.
  if (new Date(localMs).getUTCDate() !== Number(day)) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return localMs + Number(fraction.slice(0, 3).padEnd(3, "0")) - (sign === "-" ? -offsetMs : offsetMs);
});

export const formatTime = keepingLast((timeMs: number): string => new Date(timeMs).toISOString());

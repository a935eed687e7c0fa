// RFC 3339, strictly (ENV-6, REP-03). A time that does not parse is `undefined`, never NaN.

const RFC_3339 = /^([1-9]\d{3})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since 1970, or `undefined`. Leap seconds are not accepted: a POSIX clock never shows one. */
export function parseTime(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour = "0", offsetMinute = "0"] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59)
    return undefined;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(date).getUTCDate() !== Number(day) || Number(month) < 1 || Number(month) > 12) return undefined;
  const ofDay = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return date + ofDay - (sign === "-" ? -offset : offset);
}

export const formatTime = (timeMs: number): string => new Date(timeMs).toISOString();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far a time is from now, in words: "2 hours ago", "yesterday", "in 6 days". */
export function relativeTime(language: string, iso: string, now: number): string {
  const ms = Date.parse(iso) - now;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const size = Math.abs(ms);
  if (size < MINUTE) return words.format(0, "second");
  if (size < HOUR) return words.format(Math.trunc(ms / MINUTE), "minute");
  if (size < DAY) return words.format(Math.trunc(ms / HOUR), "hour");
  return words.format(Math.round(ms / DAY), "day");
}

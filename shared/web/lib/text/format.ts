/** Times, sizes and counts in the reader's language. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Providers state file limits in MiB. */
const MEGA = 1024 * 1024;

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

export interface Formats {
  /** For lists: the time if today, then "yesterday", the weekday, the date. */
  listTime: (iso: string, now: number) => string;
  time: (iso: string) => string;
  day: (iso: string, now: number) => string;
  full: (iso: string) => string;
  /** A duration such as "5 min" or "3 h", rounded down. */
  length: (ms: number) => string;
  /** The number in `length`, for plural forms. */
  lengthCount: (ms: number) => number;
  size: (bytes: number) => string;
  number: (value: number) => string;
}

const lengthCount = (ms: number): number =>
  Math.max(0, Math.floor(ms / (ms >= DAY ? DAY : ms >= HOUR ? HOUR : MINUTE)));

const made = new Map<string, Formats>();

/** Cached per language, because Intl formatters are expensive to create. */
export function formatsFor(language: string): Formats {
  const formats = made.get(language) ?? makeFormats(language);
  made.set(language, formats);
  return formats;
}

function makeFormats(language: string): Formats {
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options);
  const time = date({ hour: "2-digit", minute: "2-digit" });
  const weekday = date({ weekday: "short" });
  const shortDate = date({ day: "numeric", month: "short" });
  const oldDate = date({ day: "2-digit", month: "2-digit", year: "2-digit" });
  const longDay = date({ weekday: "long", day: "numeric", month: "long" });
  const longDate = date({ day: "numeric", month: "long", year: "numeric" });
  const full = date({ dateStyle: "long", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const unit = (name: string) => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" });
  const [minutes, hours, days] = [unit("minute"), unit("hour"), unit("day")];
  const bytes = (name: string, digits: number) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, maximumFractionDigits: digits });
  const [kilo, mega] = [bytes("kilobyte", 0), bytes("megabyte", 1)];
  const number = new Intl.NumberFormat(language);
  const daysAgo = (iso: string, now: number) => Math.round((startOfDay(now) - startOfDay(Date.parse(iso))) / DAY);

  return {
    listTime: (iso, now) => {
      const at = new Date(iso);
      const ago = daysAgo(iso, now);
      if (ago <= 0) return time.format(at);
      if (ago === 1) return relative.format(-1, "day");
      if (ago < 7) return weekday.format(at);
      return at.getFullYear() === new Date(now).getFullYear() ? shortDate.format(at) : oldDate.format(at);
    },
    time: (iso) => time.format(new Date(iso)),
    day: (iso, now) => {
      const at = new Date(iso);
      const ago = daysAgo(iso, now);
      if (ago === 0 || ago === 1) return relative.format(-ago, "day");
      return at.getFullYear() === new Date(now).getFullYear() ? longDay.format(at) : longDate.format(at);
    },
    full: (iso) => full.format(new Date(iso)),
    length: (ms) => (ms >= DAY ? days : ms >= HOUR ? hours : minutes).format(lengthCount(ms)),
    lengthCount,
    size: (value) => (value < MEGA ? kilo.format(Math.max(1, Math.round(value / 1024))) : mega.format(value / MEGA)),
    number: (value) => number.format(value),
  };
}

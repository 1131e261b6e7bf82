/** Times, sizes and counts in the reader's language. */

const DAY = 24 * 60 * 60_000;
/** Providers state file limits in MiB. */
const MEGA = 1024 * 1024;

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

export interface Formats {
  time: (iso: string) => string;
  day: (iso: string, now: number) => string;
  full: (iso: string) => string;
  size: (bytes: number) => string;
  number: (value: number) => string;
}

/** Calendar days between a time and now. */
export const daysAgo = (iso: string, now: number): number =>
  Math.round((startOfDay(now) - startOfDay(Date.parse(iso))) / DAY);

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
  const longDay = date({ weekday: "long", day: "numeric", month: "long" });
  const longDate = date({ day: "numeric", month: "long", year: "numeric" });
  const full = date({ dateStyle: "long", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const bytes = (name: string, digits: number) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, maximumFractionDigits: digits });
  const [kilo, mega] = [bytes("kilobyte", 0), bytes("megabyte", 1)];
  const number = new Intl.NumberFormat(language);

  return {
    time: (iso) => time.format(new Date(iso)),
    day: (iso, now) => {
      const at = new Date(iso);
      const ago = daysAgo(iso, now);
      if (ago === 0 || ago === 1) return relative.format(-ago, "day");
      return at.getFullYear() === new Date(now).getFullYear() ? longDay.format(at) : longDate.format(at);
    },
    full: (iso) => full.format(new Date(iso)),
    size: (value) => (value < MEGA ? kilo.format(Math.max(1, Math.round(value / 1024))) : mega.format(value / MEGA)),
    number: (value) => number.format(value),
  };
}

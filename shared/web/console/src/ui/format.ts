/** Times, sizes and counts in the reader's language. */
import type { Count } from "@recado/lib/protocol";
import { daysAgo, type Formats, formatsFor } from "@recado/lib/text";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../core/clock.ts";

/** The server's time in milliseconds, updated every `every` milliseconds. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Phone numbers are stored as digits and shown with a plus. */
export const phoneText = (digits: string): string => (/^\d/.test(digits) ? `+${digits}` : digits);

interface ConsoleFormats extends Formats {
  /** For lists: the time if today, then "yesterday", the weekday, the date. */
  listTime: (iso: string, now: number) => string;
  /** For the rows of lists, shorter, and standing alone: "now", "2 min", "14:05", "Yesterday", "Mon", "12 Mar". */
  rowTime: (iso: string, now: number) => string;
  /** For the days of a conversation: "today", "yesterday", the weekday, "12 March", in another year with the year. */
  dayName: (iso: string, now: number) => string;
  /** The date in words, with weekday and year. */
  date: (iso: string) => string;
  /** A duration such as "5 min" or "3 h", rounded down. */
  length: (ms: number) => string;
  /** The number in `length`, for plural forms. */
  lengthCount: (ms: number) => number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const lengthCount = (ms: number): number =>
  Math.max(0, Math.floor(ms / (ms >= DAY ? DAY : ms >= HOUR ? HOUR : MINUTE)));

const made = new Map<string, ConsoleFormats>();

/** Cached per language, because Intl formatters are expensive to create. */
export function consoleFormatsFor(language: string): ConsoleFormats {
  const formats = made.get(language) ?? makeFormats(language);
  made.set(language, formats);
  return formats;
}

function makeFormats(language: string): ConsoleFormats {
  const formats = formatsFor(language);
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options);
  const weekday = date({ weekday: "short" });
  const shortDate = date({ day: "numeric", month: "short" });
  const oldDate = date({ day: "2-digit", month: "2-digit", year: "2-digit" });
  const longWeekday = date({ weekday: "long" });
  const longDate = date({ day: "numeric", month: "long" });
  const wholeDate = date({ dateStyle: "full" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const unit = (name: string) => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" });
  const [minutes, hours, days] = [unit("minute"), unit("hour"), unit("day")];
  const parts = (one: Intl.DateTimeFormat, at: Date) =>
    one
      .formatToParts(at)
      .filter(({ type }) => type !== "literal")
      .map(({ value }) => value.replace(/\.$/, ""))
      .join(" ");
  const alone = (text: string) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
  return {
    ...formats,
    rowTime: (iso, now) => {
      const at = new Date(iso);
      const old = now - at.getTime();
      if (old < MINUTE) return alone(relative.format(0, "second"));
      if (old < HOUR) return minutes.format(lengthCount(old));
      const ago = daysAgo(iso, now);
      if (ago <= 0) return formats.time(iso);
      if (ago === 1) return alone(relative.format(-1, "day"));
      if (ago < 7) return alone(parts(weekday, at));
      return at.getFullYear() === new Date(now).getFullYear() ? parts(shortDate, at) : oldDate.format(at);
    },
    listTime: (iso, now) => {
      const at = new Date(iso);
      const ago = daysAgo(iso, now);
      if (ago <= 0) return formats.time(iso);
      if (ago === 1) return relative.format(-1, "day");
      if (ago < 7) return weekday.format(at);
      return at.getFullYear() === new Date(now).getFullYear() ? shortDate.format(at) : oldDate.format(at);
    },
    dayName: (iso, now) => {
      const at = new Date(iso);
      const ago = daysAgo(iso, now);
      if (ago === 0 || ago === 1) return relative.format(-ago, "day");
      if (ago > 1 && ago < 7) return longWeekday.format(at);
      return at.getFullYear() === new Date(now).getFullYear() ? longDate.format(at) : formats.day(iso, now);
    },
    date: (iso) => wholeDate.format(new Date(iso)),
    length: (ms) => (ms >= DAY ? days : ms >= HOUR ? hours : minutes).format(lengthCount(ms)),
    lengthCount,
  };
}

export function useFormats(): ConsoleFormats {
  return consoleFormatsFor(useTranslation().i18n.language);
}

export function useCountText(): (count: Count) => string {
  const { number } = useFormats();
  return (count) => (count.more ? `${number(count.value)}+` : number(count.value));
}

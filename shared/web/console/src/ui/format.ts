/** Times, sizes and counts in the reader's language. */
import type { Count } from "@recado/lib/protocol";
import { type Formats, formatsFor } from "@recado/lib/text";
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

export function useFormats(): Formats {
  return formatsFor(useTranslation().i18n.language);
}

export function useCountText(): (count: Count) => string {
  const { number } = useFormats();
  return (count) => (count.more ? `${number(count.value)}+` : number(count.value));
}

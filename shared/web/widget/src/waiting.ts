/** Waiting that can be cut short, and work that only one tab does at a time. */
import { backOff } from "@recado/lib/socket";

export interface Waiting {
  /** Resolves after the time, or at the next nudge if it may be cut short. */
  pause(ms: number, firm?: boolean): Promise<void>;
  /** The network may be back. */
  nudge(): void;
}

export function waiting(): Waiting {
  const wakers = new Set<() => void>();
  return {
    pause: (ms, firm) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          wakers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        if (!firm) wakers.add(wake);
      }),
    nudge() {
      for (const wake of [...wakers]) wake();
    },
  };
}

/** Waits longer after each try, and at least as long as the server asked for: a nudge does not shorten that. */
export const pauseAfter = (clock: Waiting, tries: number, asked = 0): Promise<void> =>
  clock.pause(Math.max(asked, backOff(tries, Math.random)), asked > 0);

export type Lock = <T>(name: string, run: () => Promise<T>) => Promise<T>;

/** One tab at a time, where the browser can do that; elsewhere the server tells repeats apart. */
export const locked: Lock = async (name, run) => {
  let began = false;
  const work = () => {
    began = true;
    return run();
  };
  if (!navigator.locks) return work();
  try {
    return await navigator.locks.request(name, work);
  } catch (error) {
    if (began) throw error;
    return work();
  }
};

/** `crypto.randomUUID` is missing on pages that came over plain HTTP. */
export function uuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, at) =>
    (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, "0"),
  ).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

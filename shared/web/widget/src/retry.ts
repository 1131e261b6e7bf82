/** Interruptible waits, a lock across tabs, and UUIDs. */
import { backOff } from "@recado/lib/socket";

export interface RetryTimer {
  /** Resolves after `ms`, or at the next nudge unless `firm`. */
  pause(ms: number, firm?: boolean): Promise<void>;
  /** Ends all waits that are not firm, e.g. because the network is back. */
  nudge(): void;
}

export function retryTimer(): RetryTimer {
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

/** Exponential back-off, at least `asked` ms (Retry-After), which a nudge does not shorten. */
export const waitBeforeRetry = (timer: RetryTimer, tries: number, asked = 0): Promise<void> =>
  timer.pause(Math.max(asked, backOff(tries, Math.random)), asked > 0);

export type Lock = <T>(name: string, run: () => Promise<T>) => Promise<T>;

/** Runs `run` in one tab at a time. Without the Web Locks API the server's duplicate check is enough. */
export const withTabLock: Lock = async (name, run) => {
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

/** `crypto.randomUUID` does not exist on pages loaded over plain HTTP. */
export function uuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, at) =>
    (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, "0"),
  ).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

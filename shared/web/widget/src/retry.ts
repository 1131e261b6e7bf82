/** Interruptible waits, a lock across tabs, and random ids. */
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

/** 128 random bits. `crypto.randomUUID` does not exist on pages loaded over plain HTTP. */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

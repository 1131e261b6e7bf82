/** Whether the server answers this page's requests, for the line that tells the user. */
export type Reach = "ok" | "slow" | "away";

/** Milliseconds without an answer after which a request is slow. */
export const SLOW_AFTER = 4_000;

const listeners = new Set<() => void>();
let late = 0;
let away = false;
let told: Reach = "ok";

function tell(): void {
  const next = away ? "away" : late > 0 ? "slow" : "ok";
  if (next === told) return;
  told = next;
  for (const listener of listeners) listener();
}

export const reach = {
  /** Notes a request. The result ends it: with whether it was answered, or with nothing if it was given up or ended before. */
  asked(): (answered?: boolean) => void {
    let slow = false;
    const timer = setTimeout(() => {
      slow = true;
      late += 1;
      tell();
    }, SLOW_AFTER);
    return (answered) => {
      clearTimeout(timer);
      if (slow) late -= 1;
      slow = false;
      if (answered !== undefined) away = !answered;
      tell();
    };
  },
  state: (): Reach => told,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

import { useCallback, useEffect, useRef } from "react";
import { useLive } from "../live/LiveProvider.tsx";

/** Milliseconds between repeated typing signals; less than their lifetime at the receivers. */
const SAY_EVERY = 4_000;
const QUIET_AFTER = 6_000;

/** Signals to other operators that this one is typing or has stopped. */
export function useTypingSignal(conversationId: string): (on: boolean) => void {
  const { say } = useLive();
  const saidAt = useRef(0);
  const quiet = useRef<ReturnType<typeof setTimeout>>(undefined);
  const signal = useCallback(
    (on: boolean) => {
      clearTimeout(quiet.current);
      const now = performance.now();
      if (on) {
        quiet.current = setTimeout(() => signal(false), QUIET_AFTER);
        if (saidAt.current > 0 && now - saidAt.current < SAY_EVERY) return;
        saidAt.current = now;
        say({ action: "typing", conversationId, on: true });
      } else if (saidAt.current > 0) {
        saidAt.current = 0;
        say({ action: "typing", conversationId, on: false });
      }
    },
    [conversationId, say],
  );
  useEffect(() => () => signal(false), [signal]);
  return signal;
}
